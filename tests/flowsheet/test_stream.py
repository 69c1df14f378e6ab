"""Streams: made, mixed, settled, dosed, evaporated; their volumes and concentrations."""

import numpy as np
import pytest

from raffinate.flowsheet import DataError, Stream, mix, settle
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.chemistry.system import WATER
from raffinate.flowsheet.evaporation import evaporate
from raffinate.flowsheet.quantities import celsius
from raffinate.flowsheet.stream import dose


@pytest.fixture(scope="module")
def chemistry():
    return Chemistry("Li Na Ni Co Mn S C P F Cl", extractants=["Cyanex 272"])


@pytest.fixture(scope="module")
def liquor(chemistry):
    return Stream.of(chemistry, {"H2O": 1.0, "NiSO4": 0.05, "H2SO4": 0.01, "C(s)": 0.02}, temperature=celsius(25))


def conserved(before, after):
    """Every element, the mass and the charge of one list of streams against another's."""
    matrix = before[0].chemistry.element_matrix
    into, out = (np.add.reduce([s.flows for s in streams]) for streams in (before, after))
    assert matrix @ out == pytest.approx(matrix @ into, rel=1e-12, abs=1e-12)
    assert sum(s.mass for s in after) == pytest.approx(sum(s.mass for s in before), rel=1e-12)
    assert sum(s.charge for s in after) == pytest.approx(0.0, abs=1e-12)


def test_of__takes_species_and_substances_by_mass(chemistry):
    stream = Stream.of(chemistry, {"H2O": 1.0, "NaOH": 0.0399971, "Co(OH)2(s)": 0.0929474, "CO2(g)": 0.044009})
    assert stream["Na+"] == pytest.approx(1.0, rel=1e-4)
    assert stream["H+"] == pytest.approx(-1.0, rel=1e-4)
    assert stream["Co(OH)2(s)"] == pytest.approx(1.0, rel=1e-3)
    assert stream["CO2(g)"] == pytest.approx(1.0, rel=1e-4)
    assert stream.mass == pytest.approx(1.0 + 0.0399971 + 0.0929474 + 0.044009)
    assert stream.charge == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(
    ("masses", "reason"),
    [
        ({"H2O": -1.0}, "flow of H2O = -1 kg/s is below 0"),
        ({"H2O": float("nan")}, "flow of H2O = nan must be a number in kg/s"),
        ({"H2O": float("inf")}, "flow of H2O is not a finite number"),
        ({"CoO (s)": 1.0}, r"'CoO \(s\)' is not in the chemistry; did you mean 'CoO\(s\)'"),
        ({"CoA2[Cyanex 27]": 1.0}, r"did you mean 'CoA2\[Cyanex 272\]'"),
        ({"Ni+3": 1.0}, r"'Ni\+3' carries the charge \+3"),
        ({"ZnSO4": 1.0}, "holds Zn, which no component of the chemistry has"),
        ({"water": 1.0}, "formula 'water' cannot be read"),
    ],
)
def test_of__refuses_a_name_or_a_flow_that_cannot_be(chemistry, masses, reason):
    with pytest.raises(DataError, match=reason):
        Stream.of(chemistry, masses)


def test_stream__refuses_negative_flows_but_of_protons(chemistry):
    flows = np.zeros(chemistry.size)
    flows[chemistry.index["Li+"]] = -1.0
    with pytest.raises(DataError, match=r"flow of Li\+ = -1 mol/s is below 0"):
        Stream(chemistry, flows)
    flows = np.zeros(chemistry.size)
    flows[chemistry.index["H+"]] = -1.0
    assert Stream(chemistry, flows)["H+"] == -1.0


def test_stream__takes_round_off_below_nothing_for_nothing(chemistry):
    flows = np.zeros(chemistry.size)
    flows[WATER], flows[chemistry.index["Li+"]] = 1.0, -1e-12
    assert Stream(chemistry, flows)["Li+"] == 0.0


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_stream__refuses_what_is_not_finite(chemistry, bad):
    flows = np.zeros(chemistry.size)
    flows[chemistry.index["Na+"]] = bad
    with pytest.raises(DataError, match=r"flow of Na\+ is not a finite number"):
        Stream(chemistry, flows)
    with pytest.raises(DataError, match="flow of heat is not a finite number"):
        Stream(chemistry, np.zeros(chemistry.size), temperature=bad)


def test_stream__refuses_the_wrong_number_of_flows(chemistry):
    with pytest.raises(DataError, match=rf"\(3,\) flows given for the {chemistry.size} species"):
        Stream(chemistry, np.zeros(3))


def test_stream__is_a_value(chemistry):
    given = np.zeros(chemistry.size)
    stream = Stream(chemistry, given)
    given[WATER] = 5.0
    assert stream["H2O"] == 0.0
    with pytest.raises(ValueError, match="read-only"):
        stream.flows[WATER] = 1.0


def test_getitem__refuses_a_misspelt_species(liquor):
    with pytest.raises(DataError, match=r"'Ni' is not in the chemistry; did you mean"):
        liquor["Ni"]


def test_add__shares_heat_by_heat_capacity(chemistry):
    cold = Stream.of(chemistry, {"H2O": 1.0}, temperature=celsius(20))
    hot = Stream.of(chemistry, {"H2O": 3.0}, temperature=celsius(80), pressure=5e5)
    mixed = cold + hot
    assert mixed.temperature == pytest.approx(celsius(65), abs=0.1)
    assert mixed.pressure == cold.pressure
    conserved([cold, hot], [mixed])


def test_mix__lets_an_empty_stream_change_nothing(chemistry, liquor):
    assert mix([Stream.empty(chemistry, celsius(90)), liquor]).temperature == pytest.approx(liquor.temperature)
    assert mix([liquor]) is liquor


def test_mix__needs_streams_of_one_chemistry(liquor):
    with pytest.raises(DataError, match="0 streams to mix"):
        mix([])
    with pytest.raises(DataError, match="2 streams of different chemistries"):
        mix([liquor, Stream.of(Chemistry("Li"), {"H2O": 1.0})])


def test_multiply__scales_flows_and_refuses_a_negative_factor(liquor):
    assert (2.0 * liquor).mass == pytest.approx(2.0 * liquor.mass)
    assert (liquor * 2.0).ph == pytest.approx(liquor.ph, abs=1e-9)
    with pytest.raises(DataError, match="is below 0"):
        liquor * -1.0


def test_part__divides_a_stream_by_phase(chemistry):
    whole = Stream.of(chemistry, {"H2O": 1.0, "NiSO4": 0.1, "C(s)": 0.2, "HA[Cyanex 272]": 0.3, "O2(g)": 0.4})
    parts = [whole.liquor, whole.solids, whole.organic, whole.gas]
    assert [part.mass for part in parts] == pytest.approx([1.1, 0.2, 0.3, 0.4])
    conserved(parts, [whole])
    assert whole.without(whole.gas).mass == pytest.approx(1.6)
    assert whole.without(whole).mass == 0.0


def test_elements__count_all_phases(chemistry):
    stream = Stream.of(chemistry, {"H2O": 0.018015, "NiO(s)": 0.074692, "NiSO4": 0.154756})
    assert stream.elements["Ni"] == pytest.approx(2.0, rel=1e-3)
    assert stream.elements["O"] == pytest.approx(6.0, rel=1e-3)
    assert stream.elements["Li"] == 0.0


@pytest.mark.parametrize(
    ("masses", "low", "high"),
    [
        ({"H2O": 1.0}, 997.0, 997.2),
        ({"H2O": 0.8, "NiSO4": 0.2}, 1235, 1242),
        ({"H2O": 0.8, "CoSO4": 0.2}, 1230, 1240),
        ({"H2O": 0.8, "MnSO4": 0.2}, 1215, 1228),
        ({"H2O": 0.8, "Na2SO4": 0.2}, 1180, 1200),
        ({"H2O": 0.8, "H2SO4": 0.2}, 1134, 1139),
        ({"H2O": 0.02, "H2SO4": 0.98}, 1829, 1835),
        ({"H2O": 0.5, "NaOH": 0.5}, 1508, 1525),
        ({"H2O": 0.8, "NaOH": 0.2}, 1210, 1225),
        ({"H2O": 0.8, "NaCl": 0.2}, 1140, 1170),
    ],
)
def test_volume__gives_the_density_of_the_handbooks(chemistry, masses, low, high):
    stream = Stream.of(chemistry, masses, temperature=celsius(25))
    assert low < stream.mass / stream.volume < high


def test_volume__adds_liquor_organic_and_solids_but_no_gas(chemistry):
    stream = Stream.of(chemistry, {"H2O": 1.0, "NiO(s)": 0.667, "HA[Cyanex 272]": 0.92, "O2(g)": 1.0})
    assert stream.solid_volume == pytest.approx(1e-4, rel=0.05)
    assert stream.organic_volume == pytest.approx(1e-3, rel=0.02)
    assert stream.volume == pytest.approx(stream.liquor_volume + stream.solid_volume + stream.organic_volume)


def test_concentration__is_mass_of_a_component_per_volume_of_liquor(chemistry):
    stream = Stream.of(chemistry, {"H2O": 0.8, "NiSO4": 0.2}, temperature=celsius(25))
    assert stream.concentration("Ni+2") == pytest.approx(1238.5 * 0.2 * 58.69 / 154.75, rel=0.005)
    assert (3.0 * stream).concentration("Ni+2") == pytest.approx(stream.concentration("Ni+2"))
    assert Stream.empty(chemistry).concentration("Ni+2") == 0.0


def test_settle__crystallises_what_the_cold_does_not_hold(chemistry):
    hot = Stream.of(chemistry, {"H2O": 0.8, "Na2SO4": 0.3, "C(s)": 0.1}, temperature=celsius(40))
    cold, found = settle(hot, celsius(5), ["Na2SO4.10H2O(s)"])
    assert cold["Na2SO4.10H2O(s)"] > 1.0
    assert cold["C(s)"] == hot["C(s)"]
    assert cold.temperature == celsius(5)
    assert found.saturation_index("Na2SO4.10H2O(s)") == pytest.approx(0.0, abs=1e-6)
    conserved([hot], [cold])


def test_settle__dissolves_again_what_it_made(chemistry):
    hot = Stream.of(chemistry, {"H2O": 0.8, "Na2SO4": 0.15}, temperature=celsius(40))
    cold, _ = settle(hot, celsius(5), ["Na2SO4.10H2O(s)"])
    again, _ = settle(cold, celsius(40), ["Na2SO4.10H2O(s)"])
    assert cold["Na2SO4.10H2O(s)"] > 0.1
    assert again.flows == pytest.approx(hot.flows, rel=1e-9, abs=1e-12)


def test_settle__leaves_alone_solids_that_are_not_named(chemistry):
    stream = Stream.of(chemistry, {"H2O": 1.0, "H2SO4": 0.05, "Ni(OH)2(s)": 0.01})
    kept, _ = settle(stream, celsius(25), ["NiSO4.6H2O(s)"])
    gone, _ = settle(stream, celsius(25), ["Ni(OH)2(s)"])
    assert kept["Ni(OH)2(s)"] == stream["Ni(OH)2(s)"]
    assert gone["Ni(OH)2(s)"] == 0.0
    assert gone["Ni+2"] == pytest.approx(stream["Ni(OH)2(s)"])


def test_settle_and_dose__take_one_name_as_one(chemistry, liquor):
    base = Stream.of(chemistry, {"NaOH": 0.2, "H2O": 0.8})
    one, several = (dose(liquor, base, 8.5, celsius(60), named)[0] for named in ("Ni(OH)2(s)", ["Ni(OH)2(s)"]))
    assert one.flows.tolist() == several.flows.tolist()
    one, several = (settle(one, celsius(25), named)[0] for named in ("Ni(OH)2(s)", ["Ni(OH)2(s)"]))
    assert one.flows.tolist() == several.flows.tolist()


def test_settle__refuses_a_misspelt_phase(liquor):
    with pytest.raises(DataError, match=r"did you mean 'Ni\(OH\)2\(s\)'"):
        settle(liquor, celsius(25), ["Ni(OH)2 (s)"])


def test_dose__draws_the_base_that_reaches_the_ph(chemistry, liquor):
    base = Stream.of(chemistry, {"NaOH": 0.2, "H2O": 0.8})
    made, drawn, found = dose(liquor, base, 8.5, celsius(60), ["Ni(OH)2(s)"])
    assert found.ph == pytest.approx(8.5, abs=1e-8)
    assert made.ph == pytest.approx(8.5, abs=1e-8)
    assert drawn["Na+"] == pytest.approx(2.0 * (liquor["SO4-2"]), rel=0.05)
    assert made["Ni(OH)2(s)"] == pytest.approx(liquor["Ni+2"], rel=0.01)
    assert made["C(s)"] == liquor["C(s)"]
    conserved([liquor, drawn], [made])


def test_dose__is_the_same_for_any_size_of_titrant(chemistry, liquor):
    base = Stream.of(chemistry, {"NaOH": 0.2, "H2O": 0.8})
    few, many = (dose(liquor, base * size, 5.0, celsius(25), [])[1] for size in (1e-3, 1e3))
    assert few.flows == pytest.approx(many.flows, rel=1e-9)


def test_dose__says_which_ph_it_can_reach(chemistry, liquor):
    with pytest.raises(DataError, match=r"pH 0.1 cannot be reached with the titrant"):
        dose(liquor, Stream.of(chemistry, {"NaOH": 1.0}), 0.1, celsius(25), [])


def test_evaporate__takes_a_share_of_the_water_and_nothing_else(liquor):
    left, vapour = evaporate(liquor, 0.25, celsius(100))
    assert vapour["H2O(g)"] == pytest.approx(0.25 * liquor["H2O"])
    assert vapour.mass == pytest.approx(0.25)
    assert vapour.temperature == celsius(100)
    conserved([liquor], [left, vapour])


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_evaporate__refuses_more_than_there_is(liquor, share):
    with pytest.raises(DataError, match="is below 0"):
        evaporate(liquor, share, celsius(100))


def test_equilibrium__is_refused_for_a_charged_or_a_dry_stream(chemistry):
    with pytest.raises(DataError, match="net charge"):
        _ = Stream.of(chemistry, {"H2O": 1.0, "Ni+2": 0.1}).ph
    with pytest.raises(DataError, match="no liquid water"):
        _ = Stream.empty(chemistry).ph


def test_random_streams__mix_in_any_order_and_conserve(chemistry):
    random = np.random.default_rng(7)
    streams = [
        Stream(chemistry, random.uniform(0.0, 2.0, chemistry.size), random.uniform(280.0, 360.0)) for _ in range(6)
    ]
    one, other = mix(streams), mix(streams[::-1])
    assert one.flows == pytest.approx(other.flows)
    assert one.temperature == pytest.approx(other.temperature)
    assert min(s.temperature for s in streams) < one.temperature < max(s.temperature for s in streams)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"temperature": 25.0}, r"temperature = 25 K is outside 223.15 to 2273.15 K; celsius\(25\) is 298.15 K"),
        ({"temperature": -5.0}, "temperature = -5 K is outside"),
        ({"temperature": 223.1499}, r"temperature = 223\.15 K is outside"),
        ({"temperature": "25"}, r"stream: temperature = '25' is no number; give one such as celsius\(25\)"),
        ({"temperature": np.array([298.15])}, r"stream: temperature = ndarray\(1,\) is no number"),
        ({"pressure": 0.0}, "pressure = 0 Pa is not above 0 Pa"),
    ],
)
def test_stream__refuses_a_temperature_or_pressure_that_cannot_be(chemistry, given, reason):
    with pytest.raises(DataError, match=reason):
        Stream.of(chemistry, {"H2O": 1.0}, **given)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("niso4", "did you mean 'NiSO4'"),
        ("h2so4", "did you mean 'H2SO4'"),
        ("Ni2+", r"did you mean 'Ni\+2'"),
        ("C", r"did you mean 'C\(s\)'"),
        ("H2SO5", "did you mean 'H2SO4'"),
    ],
)
def test_of__says_what_a_misspelt_species_was_meant_to_be(chemistry, name, reason):
    with pytest.raises(DataError, match=reason):
        Stream.of(chemistry, {name: 1.0})


def test_of__does_not_mean_what_it_refuses():
    with pytest.raises(DataError, match="'NaOH' holds Na, which no component of the chemistry has") as refusal:
        Stream.of(Chemistry("Li S"), {"NaOH": 1.0})
    assert "did you mean 'NaOH'" not in str(refusal.value)


@pytest.mark.parametrize("mass", ["5", None, float("nan")])
def test_of__refuses_a_flow_that_is_no_number(chemistry, mass):
    with pytest.raises(DataError, match=r"flow of H2O = .* must be a number in kg/s"):
        Stream.of(chemistry, {"H2O": mass})
