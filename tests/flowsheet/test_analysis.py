"""Tables of what a liquor would do: equivalence, shares, crossovers at pK, solubilities, saturation, what is refused."""

import math

import numpy as np
import pandas
import pytest

from raffinate.flowsheet import DataError, Stream, settle
from raffinate.flowsheet.analysis import (
    AgainstDose,
    AgainstPh,
    AgainstTemperature,
    precipitation_table,
    saturation_table,
    solubility_table,
    speciation_table,
    titration_table,
)
from raffinate.flowsheet.chemistry import Chemistry, Davies
from raffinate.flowsheet.chemistry.system import ln_constant
from raffinate.flowsheet.quantities import celsius
from raffinate.flowsheet.solubility import bracket
from raffinate.flowsheet.stream import dose

HYDROXIDES = ("Al(OH)3(s)", "Fe(OH)3(s)", "Cu(OH)2(s)", "Ni(OH)2(s)", "Co(OH)2(s)", "Mn(OH)2(s)")


@pytest.fixture(scope="module")
def salts():
    """Sodium and lithium salts under Pitzer's model."""
    return Chemistry("Li Na S Cl C")


@pytest.fixture(scope="module")
def dilute():
    """A carbonate system under Davies' law."""
    return Chemistry("Na Cl C", activity=Davies())


@pytest.fixture(scope="module")
def metals():
    return Chemistry("Li Na Al Fe Cu Ni Co Mn S")


@pytest.fixture(scope="module")
def leach(metals):
    """A leach liquor of black mass, kg/s."""
    held = {"NiSO4": 0.08, "CoSO4": 0.02, "MnSO4": 0.02, "Li2SO4": 0.05, "CuSO4": 0.004, "Al2(SO4)3": 0.008}
    return Stream.of(metals, {"H2O": 1.0, "Fe2(SO4)3": 0.003, "H2SO4": 0.02, **held})


def molal(chemistry, **substances):
    """A stream of 1 kg/s water with mol/kg of substances."""
    flows = np.zeros(chemistry.size)
    flows[0] = 1.0 / chemistry.molar_masses[0]
    for formula, amount in substances.items():
        flows[chemistry.liquor] += amount * chemistry.dissolve(formula)
    return Stream(chemistry, flows)


# titration


def test_titration__of_strong_acid_by_strong_base_is_steepest_at_equivalence(salts):
    table = titration_table(molal(salts, HCl=0.1), "NaOH", largest=0.2)
    doses, ph = table.index.to_numpy(), table["pH"].to_numpy()
    steepest = int(np.argmax(np.diff(ph) / np.diff(doses)))
    assert doses[steepest] == pytest.approx(0.1, rel=2e-4)
    at_equivalence = np.interp(0.1, doses, ph)
    assert at_equivalence == pytest.approx(7.0, abs=0.1)  # of 0.1 mol/kg NaCl
    assert ph[0] == pytest.approx(1.1, abs=0.02)  # 0.1 mol/kg at gamma 0.80
    assert (np.diff(ph) > 0.0).all()


def test_titration__lies_closer_where_the_ph_runs_off(salts):
    table = titration_table(molal(salts, HCl=0.1), "NaOH", largest=0.2)
    steps = np.diff(table.index.to_numpy())
    assert steps.max() / steps.min() > 50.0
    assert np.diff(table["pH"]).max() < 0.6


def test_titration__of_a_diprotic_acid_has_both_steps(dilute):
    # carbonate by acid: 1 mol to bicarbonate, 2 mol to carbonic acid
    table = titration_table(molal(dilute, Na2CO3=0.01), "HCl", largest=0.025)
    doses, ph = table.index.to_numpy(), table["pH"].to_numpy()
    middle = 0.5 * (doses[1:] + doses[:-1])
    slope = -np.diff(ph) / np.diff(doses)
    for lower, upper, expected in ((0.005, 0.015, 0.01), (0.015, 0.025, 0.02)):
        within = (middle > lower) & (middle < upper)
        assert middle[within][np.argmax(slope[within])] == pytest.approx(expected, rel=0.02)


def test_titration__stops_at_the_ph_and_agrees_with_dose(leach):
    table = titration_table(leach, "NaOH", target_ph=9.0, phases=HYDROXIDES)
    chemistry = leach.chemistry
    base = Stream.of(chemistry, {"NaOH": 1.0})
    after, drawn, _ = dose(leach, base, 9.0, leach.temperature, HYDROXIDES)
    kilograms = leach["H2O"] * chemistry.molar_masses[0]
    last = table.iloc[-1]
    assert table.index[-1] == pytest.approx(drawn["Na+"] / kilograms, rel=1e-6)
    assert last["pH"] == pytest.approx(9.0, abs=1e-6)
    for name in ("Ni+2", "Co+2", "Mn+2", "Al+3", "Li+"):
        assert last[f"{name} g/L"] == pytest.approx(after.concentration(name), rel=1e-5), name
    assert last["Ni(OH)2(s) g/L"] == pytest.approx(
        after["Ni(OH)2(s)"] * chemistry.molar_masses[chemistry.index["Ni(OH)2(s)"]] / after.liquor_volume, rel=1e-6
    )


def test_titration__takes_metals_out_in_the_order_of_practice(leach):
    table = titration_table(leach, "NaOH", target_ph=9.0, phases=HYDROXIDES)
    half = {
        name: table.index[int(np.argmax(table[f"{name} g/L"].to_numpy() < 0.5 * table[f"{name} g/L"].iloc[0]))]
        for name in ("Fe+3", "Al+3", "Cu+2", "Ni+2", "Co+2")
    }
    assert list(half) == sorted(half, key=half.__getitem__)
    assert min(half.values()) > 0.0


def test_titration__keeps_every_metal(leach):
    table = titration_table(leach, "NaOH", target_ph=10.0, phases=HYDROXIDES)
    masses = leach.chemistry.molar_masses[[leach.chemistry.index[n] for n in ("Ni+2", "Ni(OH)2(s)", "Li+")]]
    # lithium stays dissolved, so it tells the volume
    volume = leach["Li+"] * masses[2] / table["Li+ g/L"]
    moles = volume * (table["Ni+2 g/L"] / masses[0] + table["Ni(OH)2(s) g/L"] / masses[1])
    assert moles.to_numpy() == pytest.approx(leach["Ni+2"], rel=1e-9)


def test_titration__doses_a_stream_in_kilograms(salts):
    acid = molal(salts, HCl=0.1)
    base = Stream.of(salts, {"NaOH": 0.04, "H2O": 0.96})  # 1 mol NaOH in a kilogram
    table = titration_table(acid, base, largest=0.2)
    assert table.index.name == "dose kg/kg"
    steepest = int(np.argmax(np.diff(table["pH"]) / np.diff(table.index)))
    per_kilogram = acid["Cl-"] / acid.mass
    naoh = base["Na+"] / base.mass
    assert table.index[steepest] == pytest.approx(per_kilogram / naoh, rel=2e-3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "give one of the two"),
        ({"largest": 1.0, "target_ph": 9.0}, "largest = 1.0 and target_ph = 9.0"),
        ({"largest": 0.0}, r"dose from 0 to 0 mol/kg water is an empty range"),
        ({"largest": math.nan}, "empty range"),
        ({"target_ph": 0.1}, r"pH 0\.1 cannot be reached with the titrant \(H2O, H\+, Na\+\)"),
        ({"largest": 1.0, "phases": ["Na2SO5(s)"]}, r"'Na2SO5\(s\)' has no equilibrium in the data; did you mean"),
    ],
)
def test_titration__refuses_what_cannot_be(salts, arguments, message):
    with pytest.raises(DataError, match=message):
        titration_table(molal(salts, HCl=0.1), "NaOH", **arguments)


def test_titration__refuses_titrants_that_are_none(salts, metals):
    liquor = molal(salts, HCl=0.1)
    with pytest.raises(DataError, match="'Na\\+' is an ion; give a neutral substance"):
        titration_table(liquor, "Na+", largest=1.0)
    with pytest.raises(DataError, match="'KOH' holds K, which no component of the chemistry has; did you mean 'NaOH'"):
        titration_table(liquor, "KOH", largest=1.0)
    with pytest.raises(DataError, match="titrant: formula 'Naoh' cannot be read at 'oh'; did you mean 'NaOH'"):
        titration_table(liquor, "Naoh", largest=1.0)
    with pytest.raises(DataError, match="another chemistry"):
        titration_table(liquor, Stream.of(metals, {"NaOH": 1.0}), largest=1.0)
    with pytest.raises(DataError, match="stream of 0 kg/s"):
        titration_table(liquor, Stream.empty(salts), largest=1.0)


def test_tables__refuse_dry_streams_and_temperatures_without_data(salts):
    liquor = molal(salts, HCl=0.1)
    with pytest.raises(DataError, match="titration: the stream has 0 mol/s water"):
        titration_table(Stream.empty(salts), "NaOH", largest=1.0)
    with pytest.raises(
        DataError, match=r"speciation: temperature = 400 K \(126\.9 degC\) is outside 273\.15 to 373\.15 K"
    ):
        speciation_table(liquor.replace(temperature=400.0), "Cl-", AgainstPh())
    with pytest.raises(DataError, match="temperature = 60 K"):
        speciation_table(liquor, "Cl-", AgainstTemperature(low=60.0))


def test_phases__may_be_one_name(leach):
    one, several = (titration_table(leach, "NaOH", 0.5, phases=p) for p in ("Al(OH)3(s)", ["Al(OH)3(s)"]))
    pandas.testing.assert_frame_equal(one, several)


# speciation


@pytest.mark.parametrize("component", ["CO3-2", "Na+"])
def test_speciation__shares_sum_to_one(salts, component):
    table = speciation_table(molal(salts, Na2CO3=0.1, Li2SO4=0.2), component, AgainstPh(2.0, 13.0))
    assert table.to_numpy().min() >= 0.0
    assert table.sum(axis=1).to_numpy() == pytest.approx(1.0, rel=1e-12)


def test_speciation__shares_sum_to_one_with_solids(leach):
    table = speciation_table(leach, "Ni+2", AgainstPh(4.0, 11.0), phases=HYDROXIDES)
    assert table.sum(axis=1).to_numpy() == pytest.approx(1.0, rel=1e-10)
    assert table["Ni(OH)2(s)"].iloc[0] == 0.0
    assert table["Ni(OH)2(s)"].iloc[-1] > 0.999


def test_speciation__carbonate_crosses_over_at_its_constants(dilute):
    # at 1e-5 mol/kg the activity coefficients are those of the acid and base dosed, below 1e-3 mol/kg here
    table = speciation_table(molal(dilute, Na2CO3=1e-5), "CO3-2", AgainstPh(5.0, 11.0))
    species = {s.name: s for s in dilute.aqueous}
    first = ln_constant(species["CO2(aq)"], 298.15) - ln_constant(species["HCO3-"], 298.15)
    second = ln_constant(species["HCO3-"], 298.15)
    ph = table.index.to_numpy()
    for acid, base, ln_k in (("CO2(aq)", "HCO3-", first), ("HCO3-", "CO3-2", second)):
        crossing = np.interp(0.0, (table[base] - table[acid]).to_numpy(), ph)
        pk = ln_k / math.log(10.0)
        assert crossing == pytest.approx(pk, abs=0.05), (acid, base)


def test_speciation__runs_along_temperature_and_dose(salts):
    liquor = molal(salts, H2SO4=1.0)
    warm = speciation_table(liquor, "SO4-2", AgainstTemperature(celsius(25.0), celsius(90.0)))
    assert warm.index.name == "temperature degC"
    assert warm.index[0] == pytest.approx(25.0)
    assert warm["HSO4-"].iloc[-1] > warm["HSO4-"].iloc[0]  # the second dissociation goes back with heat
    dosed = speciation_table(liquor, "SO4-2", AgainstDose("NaOH", 2.0))
    assert dosed["SO4-2"].iloc[-1] > 0.999
    assert dosed.index.name == "NaOH mol/kg water"


def test_speciation__takes_the_acid_of_the_liquor(salts):
    liquor = molal(salts, NaCl=1.0)
    own = speciation_table(liquor, "Na+", AgainstPh(1.0, 12.0))
    named = speciation_table(liquor, "Na+", AgainstPh(1.0, 12.0, acid="HCl", base="NaOH"))
    pandas.testing.assert_frame_equal(own, named)


@pytest.mark.parametrize(
    ("component", "axis", "message"),
    [
        ("SO4", AgainstPh(), "'SO4' is no component of the chemistry that has shares; did you mean 'SO4-2'"),
        ("H+", AgainstPh(), "'H\\+' is no component"),
        ("Li+", AgainstPh(), "the stream holds 0 mol/s Li\\+"),
        ("Cl-", AgainstPh(8.0, 8.0), "pH from 8 to 8 is an empty range"),
        ("Cl-", AgainstPh(0.0, 20.0), "pH from 0 to 20 is outside -2 to 16"),
        ("Cl-", AgainstPh(3.0, 14.0, base="NH3"), "N, which no component"),
        (
            "Cl-",
            AgainstTemperature(celsius(50.0), celsius(20.0)),
            "temperature from 323.15 to 293.15 K is an empty range",
        ),
        ("Cl-", AgainstDose("NaOH", -1.0), "dose from 0 to -1 mol/kg water"),
    ],
)
def test_speciation__refuses_what_cannot_be(salts, component, axis, message):
    with pytest.raises(DataError, match=message):
        speciation_table(molal(salts, HCl=0.1), component, axis)


def test_ph_range__needs_a_base():
    chemistry = Chemistry("S Ni")
    with pytest.raises(DataError, match="the chemistry has no base to dose"):
        speciation_table(molal(chemistry, NiSO4=0.1), "Ni+2", AgainstPh())


# solubility


@pytest.mark.parametrize("degrees", [0.0, 25.0, 60.0])
def test_solubility__equals_that_of_settle(salts, degrees):
    table = solubility_table(molal(salts), "Na2SO4", AgainstTemperature(celsius(degrees), celsius(degrees + 1.0)), 2)
    stable = table[table["stable"]].iloc[0]
    slurry = Stream.of(salts, {"H2O": 1.0, "Na2SO4(s)": 0.6, "Na2SO4.10H2O(s)": 0.2})
    settled, _ = settle(slurry, celsius(degrees), ("Na2SO4(s)", "Na2SO4.10H2O(s)"))
    assert settled.solids.mass > 0.0
    assert settled[stable["solid"]] > 0.0
    assert settled["SO4-2"] / (settled["H2O"] * salts.molar_masses[0]) == pytest.approx(
        stable["mol/kg water"], rel=1e-7
    )
    mass = settled["SO4-2"] * (salts.molar_masses[salts.index["SO4-2"]] + 2.0 * salts.molar_masses[salts.index["Na+"]])
    assert stable["g/L"] == pytest.approx(mass / settled.liquor_volume, rel=1e-6)


def test_solubility__of_sodium_sulfate_changes_its_solid_at_the_known_temperature(salts):
    # mirabilite gives way to thenardite at 32.4 degC, a fixed point of thermometry (32.38 degC)
    table = solubility_table(molal(salts), "Na2SO4", AgainstTemperature(), 21)
    [(place, before, after)] = table.attrs["transitions"]
    assert (before, after) == ("Na2SO4.10H2O(s)", "Na2SO4(s)")
    assert place == pytest.approx(32.4, abs=0.6)
    there = table[table["temperature degC"] == place]
    assert there["stable"].all()
    assert there["mol/kg water"].max() == pytest.approx(there["mol/kg water"].min(), rel=1e-5)


@pytest.mark.parametrize("points", [11, 101])
def test_solubility__of_soda_changes_its_solid_though_the_decahydrate_melts_soon_after(salts, points):
    """The decahydrate gives way at 32.0 degC (Linke 1965), the data have no heptahydrate between it and Na2CO3.H2O."""
    table = solubility_table(molal(salts), "Na2CO3", AgainstTemperature(), points)
    [(place, before, after)] = table.attrs["transitions"]
    assert (before, after) == ("Na2CO3.10H2O(s)", "Na2CO3.H2O(s)")
    assert place == pytest.approx(32.0, abs=0.5)
    there = table[table["temperature degC"] == place]
    assert there["stable"].all()
    assert there["mol/kg water"].max() == pytest.approx(there["mol/kg water"].min(), rel=1e-5)


def test_solubility__follows_a_hydrate_until_it_melts(salts):
    """It grows ever faster to where as much soda as water of crystallisation is there, 55.5 mol/kg over 10."""
    axis = AgainstTemperature(celsius(32.3), celsius(32.7))
    table = solubility_table(molal(salts), "Na2CO3.10H2O(s)", axis, 5)
    steps = np.diff(table["mol/kg water"].to_numpy(dtype=float))
    assert (np.diff(steps) > 0.0).all()
    assert table["mol/kg water"].max() < 55.51 / 10.0


def test_solubility__is_where_the_solid_is_saturated(salts):
    table = solubility_table(molal(salts), "Li2CO3", AgainstDose("Na2SO4", 1.0), 5)
    for _, row in table.iterrows():
        liquor = molal(salts, Li2CO3=row["mol/kg water"], Na2SO4=row["Na2SO4 mol/kg water"])
        assert liquor.equilibrium.saturation_index("Li2CO3(s)") == pytest.approx(0.0, abs=1e-8)
        assert liquor.ph == pytest.approx(row["pH"], abs=1e-9)


def test_solubility__is_less_with_a_common_ion(salts):
    alone, common = (
        solubility_table(molal(salts, **held), "Li2CO3", AgainstTemperature(celsius(20), celsius(40)), 2)
        for held in ({}, {"Li2SO4": 0.5})
    )
    assert (common["mol/kg water"] < 0.5 * alone["mol/kg water"]).all()


def test_solubility__counts_what_the_liquor_holds_already(salts):
    # half of it in the liquor, or none of it: the same saturation
    axis = AgainstTemperature(celsius(20), celsius(40))
    none, half, more = (
        solubility_table(molal(salts, **held), "Li2CO3", axis, 2)["mol/kg water"].to_numpy(dtype=float)
        for held in ({}, {"Li2CO3": 0.08}, {"Li2CO3": 0.3})
    )
    assert half == pytest.approx(none, rel=1e-7)
    assert more == pytest.approx(none, rel=1e-4)  # what is above it precipitates


def test_solubility__of_a_hydroxide_goes_by_its_stoichiometry(metals):
    brine = Stream.of(metals, {"H2O": 1.0, "Na2SO4": 0.1})
    table = solubility_table(brine, "Mn(OH)2(s)", AgainstPh(9.2, 9.8), 7)
    slope = np.polyfit(table["pH"], np.log10(table["mol/kg water"].to_numpy(dtype=float)), 1)[0]
    assert slope == pytest.approx(-2.0, abs=0.05)  # Mn+2 + 2 OH-


def test_solubility__is_empty_where_nothing_saturates(metals):
    table = solubility_table(Stream.of(metals, {"H2O": 1.0}), "Ni(OH)2(s)", AgainstPh(2.0, 10.0), 3)
    assert table["mol/kg water"].isna().tolist() == [True, True, False]
    assert table["stable"].tolist() == [False, False, True]


@pytest.mark.parametrize(
    ("salt", "message"),
    [
        ("Na2SO4.9H2O(s)", r"solid 'Na2SO4\.9H2O\(s\)' has no equilibrium in the chemistry; did you mean 'Na2SO4"),
        ("NaCl", "no solid of 'NaCl' has an equilibrium"),
        ("MnSO4", "Mn, which no component of the chemistry has"),
    ],
)
def test_solubility__refuses_what_has_no_solid(salts, salt, message):
    with pytest.raises(DataError, match=message):
        solubility_table(molal(salts), salt, AgainstTemperature())


# precipitation


def test_precipitation__lines_have_the_slope_of_the_charge(metals):
    liquor = Stream.of(metals, {"H2O": 1.0, "MnSO4": 1e-6, "Fe2(SO4)3": 1e-6})
    table = precipitation_table(liquor, AgainstPh(1.5, 10.5), solids=("Mn(OH)2(s)",))
    part = table["Mn(OH)2(s)"].loc[9.2:10.4].astype(float)
    assert np.polyfit(part.index.to_numpy(), part.to_numpy(), 1)[0] == pytest.approx(-2.0, abs=0.1)
    assert table.attrs["metals"] == {"Mn(OH)2(s)": "Mn+2"}


def test_precipitation__agrees_with_what_is_left_of_one_metal(metals):
    liquor = Stream.of(metals, {"H2O": 1.0, "Na2SO4": 0.05, "NiSO4": 0.01})
    table = precipitation_table(liquor, AgainstPh(8.0, 10.0), solids=("Ni(OH)2(s)",))
    base = Stream.of(metals, {"NaOH": 1.0})
    _, _, found = dose(liquor, base, 9.0, 298.15, ("Ni(OH)2(s)",))
    at = metals.index["Ni+2"]
    left = math.log10(found.totals[at] / (found.totals[0] * metals.molar_masses[0]))
    assert table["Ni(OH)2(s)"].loc[9.0] == pytest.approx(left, abs=0.01)


def test_precipitation__begins_where_the_stream_is_saturated(leach):
    table = precipitation_table(leach, AgainstPh(1.0, 10.0))
    begins = table.attrs["begins"]
    assert set(begins) <= set(table.columns)
    order = [table.attrs["metals"][name] for name in sorted(begins, key=begins.__getitem__)]
    assert order == ["Fe+3", "Al+3", "Cu+2", "Ni+2", "Co+2", "Mn+2"]
    assert "LiOH.H2O(s)" not in table.columns  # which does not come down


def test_precipitation__shows_aged_solids_and_other_constants(metals):
    liquor = Stream.of(metals, {"H2O": 1.0, "Fe2(SO4)3": 0.001, "NiSO4": 0.01})
    axis = AgainstPh(6.0, 10.0)
    fresh, aged = precipitation_table(liquor, axis), precipitation_table(liquor, axis, aged=True)
    for metal in ("Fe+3", "Ni+2"):
        (young, old) = (next(n for n, m in one.attrs["metals"].items() if m == metal) for one in (fresh, aged))
        assert (aged[old] <= fresh[young]).all()
    assert "FeOOH(s)" in aged
    assert "FeOOH(s)" not in fresh
    own = next(s for s in metals.solids if s.name == "Ni(OH)2(s)").log_k
    lower = precipitation_table(liquor, axis, solids=("Ni(OH)2(s)",), log_k={"Ni(OH)2(s)": own - 2.0})
    usual = precipitation_table(liquor, axis, solids=("Ni(OH)2(s)",))
    drop = (usual - lower)["Ni(OH)2(s)"].loc[8.5:9.5].astype(float)
    assert drop.to_numpy() == pytest.approx(2.0, abs=0.02)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"solids": ("Ni(OH)3(s)",)},
            r"'Ni\(OH\)3\(s\)' has no equilibrium in the chemistry; did you mean 'Ni\(OH\)2\(s\)'",
        ),
        ({"log_k": {"Ni(OH)2": 10.0}}, r"log_k is given of 'Ni\(OH\)2', which is not shown; did you mean"),
    ],
)
def test_precipitation__refuses_unknown_solids(leach, arguments, message):
    with pytest.raises(DataError, match=message):
        precipitation_table(leach, **arguments)


def test_precipitation__needs_a_metal(salts):
    with pytest.raises(DataError, match="no metal of the stream has a hydroxide"):
        precipitation_table(molal(salts, NaCl=1.0))


# saturation


def test_saturation__is_sorted_and_is_the_product_over_the_constant(leach):
    table = saturation_table(leach)
    indices = table["saturation index"].to_numpy()
    assert (np.diff(indices) <= 0.0).all()
    assert (table["log IAP"] - table["log K"]).to_numpy() == pytest.approx(indices, abs=1e-12)
    for name in table.index:
        assert table.loc[name, "saturation index"] == pytest.approx(leach.equilibrium.saturation_index(name), abs=1e-12)
    assert not table["allowed"].any()


def test_saturation__of_allowed_solids_is_at_most_zero(salts):
    liquor = molal(salts, Na2SO4=5.0)
    free, settled = saturation_table(liquor), saturation_table(liquor, ("Na2SO4(s)", "Na2SO4.10H2O(s)"))
    assert free["saturation index"].iloc[0] > 0.0
    allowed = settled[settled["allowed"]]
    assert allowed["saturation index"].max() == pytest.approx(0.0, abs=1e-8)
    assert settled.loc["Na2SO4.10H2O(s)", "present"]
    assert not settled.loc["Na2SO4(s)", "present"]


def test_saturation__leaves_out_what_has_no_ion(salts):
    table = saturation_table(molal(salts, Na2SO4=1.0))
    assert "Li2CO3(s)" not in table.index
    assert table.loc["Na2SO4(s)", "phase"] == "solid"


def test_saturation__of_a_gas_is_its_fugacity(salts):
    liquor = molal(salts, NaHCO3=0.1)
    table = saturation_table(liquor)
    assert table.loc["CO2(g)", "phase"] == "gas"
    henry = next(s for s in salts.gases if s.name == "CO2(g)")
    activity = liquor.equilibrium.activity
    product = (
        math.log10(activity("CO3-2")) + 2.0 * math.log10(activity("H+")) - math.log10(liquor.equilibrium.water_activity)
    )
    assert table.loc["CO2(g)", "log IAP"] == pytest.approx(product, abs=1e-9)
    assert table.loc["CO2(g)", "log K"] == pytest.approx(henry.log_k, abs=1e-9)


# all of them


@pytest.mark.parametrize("factor", [1e-3, 50.0])
def test_tables__do_not_depend_on_how_much_there_is(leach, factor):
    much = leach * factor
    for make in (
        lambda s: titration_table(s, "NaOH", largest=1.0, phases=HYDROXIDES),
        lambda s: speciation_table(s, "Al+3", AgainstPh(2.0, 9.0)),
        lambda s: saturation_table(s).drop(columns=["phase"]).astype(float),
    ):
        one, other = make(leach), make(much)
        assert one.index.to_list() == pytest.approx(other.index.to_list()) if one.index.dtype == float else True
        assert one.to_numpy(dtype=float) == pytest.approx(other.to_numpy(dtype=float), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("lime", ["Ca(OH)2", "Ca(OH)2(s)", "CaO"])
def test_titration__by_lime_makes_gypsum_and_takes_half_the_moles_of_soda(lime):
    chemistry = Chemistry("Na Ca Ni S")
    liquor = molal(chemistry, NiSO4=0.1, H2SO4=0.1)
    # 0.1 mol/kg for the acid and 0.1 for the nickel
    table = titration_table(liquor, lime, largest=0.3, phases=("CaSO4.2H2O(s)", "Ni(OH)2(s)"))
    past = table.loc[table["pH"] > 10.5].index[0]
    assert past == pytest.approx(0.2, rel=0.01)
    assert table["CaSO4.2H2O(s) g/L"].iloc[-1] > 25.0
    assert table["Ni+2 g/L"].min() < 1e-3


def test_warnings__say_where_the_activity_model_was_left(salts):
    inside = titration_table(molal(salts, HCl=0.1), "NaOH", largest=0.2)
    assert inside.attrs["warnings"] == ()
    outside = saturation_table(molal(salts, Na2SO4=5.0))
    assert outside.attrs["warnings"] == (
        "ionic strength up to 15.0 mol/kg is outside the activity model's range of 0 to 12",
    )


@pytest.mark.parametrize("start", [-6.0, -3.1, 0.0, 2.0, 3.0])
def test_bracket__finds_the_saturation_below_the_most(start):
    # rises through 0 at -3, is largest at 0, falls through 0 at 1.7
    low, high = bracket(lambda x: 3.0 + x if x < 0.0 else 3.0 - x**2, start, -30.0, 3.0)
    assert low < -3.0 <= high


@pytest.mark.parametrize("start", [-6.0, 0.85, 0.95, 2.9, 9.0])
def test_bracket__finds_a_range_that_is_narrower_than_its_steps(start):
    low, high = bracket(lambda x: 0.01 - (x - 0.9) ** 2, start, -30.0, 10.0)
    assert low < 0.8 <= high
    assert bracket(lambda x: -1e-4 - (x - 0.9) ** 2, start, -30.0, 10.0) is None


def test_bracket__finds_the_first_of_several_from_the_limit():
    """Above 0 from 1 to 2 and from 2.6 on, as a phosphate that its own acid dissolves and then salts out."""
    low, high = bracket(lambda x: (x - 1.0) * (x - 2.0) * (x - 2.6), 3.0, -30.0, 3.0)
    assert low < 1.0 <= high


def test_bracket__says_that_nothing_saturates_or_all_does():
    assert bracket(lambda x: -1.0, 0.0, -30.0, 3.0) is None
    assert bracket(lambda x: 1.0, 0.0, -30.0, 3.0) == (-30.0, -30.0)


def test_solubility__of_manganese_sulfate_goes_through_its_hydrates(metals):
    table = solubility_table(Stream.of(metals, {"H2O": 1.0}), "MnSO4", AgainstTemperature(), 21)
    waters = [
        next(s for s in metals.solids if s.name == after).reaction["H2O"] for _, _, after in table.attrs["transitions"]
    ]
    assert waters == sorted(waters, reverse=True)  # heat takes water out
    assert waters[-1] == 1.0
    stable = table[table["stable"]]
    assert stable["mol/kg water"].iloc[-1] < stable["mol/kg water"].iloc[0]
