"""Half reactions of what leaches, and electrons from donors to acceptors: conserved, and the strongest donor first."""

import numpy as np
import pytest

from raffinate.flowsheet import DataError, DeclarationError, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.chemistry.couples import couple
from raffinate.flowsheet.chemistry.database import atomic_masses
from raffinate.flowsheet.chemistry.formula import molar_mass, parse
from raffinate.flowsheet.leaching.dissolution import METALS, acid_ways, is_fast, oxidative_ways
from raffinate.flowsheet.leaching.dosing import (
    Flow,
    PerElectron,
    PerElement,
    ToFreeAcid,
    electrons_of,
    moles_of_acid,
    times,
)
from raffinate.flowsheet.leaching.electrons import Offers, decay_constant, exchange, exchange_rows, extents

CHEMISTRY = Chemistry("Li Na Ni Co Mn Cu Fe Al S C P F", states=("S2O8-2", "SO3-2"))
NOTHING = Offers(
    oxide=0.0, metals={}, copper=0.0, phosphate=0.0, sulfite=0.0, peroxide=0.0, persulfate=0.0, ferrous=0.0, ferric=0.0,
    cupric=0.0, hydrogen_share=0.0, oxidising=True,
)  # fmt: skip


def _makes(row):
    return {CHEMISTRY.names[at]: pytest.approx(row[at], abs=1e-12) for at in np.flatnonzero(np.abs(row) > 1e-12)}


def _way(ways, name):
    at = ways.names.index(name)
    return ways.changes[at], ways.electrons[at], ways.unreduced[at]


# --- half reactions


def test_ways__close_every_element_and_the_charge_by_electrons():
    for ways in (acid_ways(CHEMISTRY), oxidative_ways(CHEMISTRY)):
        assert np.abs(CHEMISTRY.element_matrix @ ways.changes.T).max() < 1e-9
        assert np.abs(ways.changes @ CHEMISTRY.charges + ways.electrons).max() < 1e-9
        assert np.abs(CHEMISTRY.element_matrix @ ways.unreduced.T).max() < 1e-9
        assert np.abs(ways.unreduced @ CHEMISTRY.charges).max() < 1e-9


@pytest.mark.parametrize(
    ("solid", "electrons"),
    [("LiCoO2(s)", 1.0), ("LiMn2O4(s)", 3.0), ("Ni0.6Mn0.2Co0.2O2(s)", 2.0), ("NiO(s)", 0.0), ("LiFePO4(s)", 0.0),
     ("Al(s)", -3.0), ("Cu(s)", -2.0), ("Ni(s)", -2.0), ("Li2CO3(s)", 0.0), ("Ni(OH)2(s)", 0.0)],
)  # fmt: skip
def test_ways__take_an_electron_for_each_valence_above_two(solid, electrons):
    assert _way(acid_ways(CHEMISTRY), solid)[1] == pytest.approx(electrons)


def test_ways__give_carbon_dioxide_of_a_carbonate():
    assert _makes(_way(acid_ways(CHEMISTRY), "Li2CO3(s)")[0]) == {
        "Li2CO3(s)": -1.0, "H+": -2.0, "Li+": 2.0, "CO2(g)": 1.0, "H2O": 1.0,
    }  # fmt: skip


def test_unreduced__disproportionates_a_manganate_by_halves():
    """2 LiMnO2 + 4 H+ = 2 Li+ + Mn+2 + MnO2 + 2 H2O: less manganese than that cannot dissolve, and no oxygen comes."""
    assert _makes(_way(acid_ways(CHEMISTRY), "LiMnO2(s)")[2]) == {
        "LiMnO2(s)": -1.0, "H+": -2.0, "Li+": 1.0, "Mn+2": 0.5, "MnO2(s)": 0.5, "H2O": 1.0,
    }  # fmt: skip


def test_unreduced__makes_oxygen_of_what_dissolves_beyond_half():
    """LiCoO2 of which 56 % dissolve: 2 (0.56 - 0.5) electrons, a quarter of them O2."""
    made = _way(acid_ways(CHEMISTRY), "LiCoO2(s)")[2]
    assert made[CHEMISTRY.index["O2(g)"]] == pytest.approx(0.25 * 0.12)
    assert made[CHEMISTRY.index["CoO2(s)"]] == pytest.approx(0.44)


def test_unreduced__is_of_lithium_oxides_alone():
    ways = acid_ways(CHEMISTRY)
    for name in ("NiO2(s)", "MnO2(s)", "NiO(s)", "LiFePO4(s)", "Cu(s)"):
        assert not _way(ways, name)[2].any()


def test_oxidative_way__takes_lithium_and_leaves_the_lattice():
    change, electrons, _ = _way(oxidative_ways(CHEMISTRY), "LiFePO4(s)")
    assert _makes(change) == {"LiFePO4(s)": -1.0, "FePO4(s)": 1.0, "Li+": 1.0}
    assert electrons == -1.0


def test_ways__hydrolyse_the_salt_of_the_electrolyte():
    assert _makes(_way(acid_ways(CHEMISTRY), "LiPF6(s)")[0]) == {
        "LiPF6(s)": -1.0, "H2O": -4.0, "H+": 8.0, "Li+": 1.0, "PO4-3": 1.0, "F-": 6.0,
    }  # fmt: skip


def test_ways__dissolve_an_olivine_with_manganese_in_acid_alone():
    made = _makes(_way(acid_ways(CHEMISTRY), "LiMn0.6Fe0.4PO4(s)")[0])
    assert made == {"LiMn0.6Fe0.4PO4(s)": -1.0, "Li+": 1.0, "Mn+2": 0.6, "Fe+2": 0.4, "PO4-3": 1.0}
    assert "LiMn0.6Fe0.4PO4(s)" not in oxidative_ways(CHEMISTRY).names


def test_fast_solids__are_carbonates_and_hydroxides_of_metals_that_acid_takes():
    solids = {s.name: s for s in CHEMISTRY.solids}
    assert all(is_fast(solids[name]) for name in ("Li2CO3(s)", "Ni(OH)2(s)", "Cu2CO3(OH)2(s)"))
    assert not any(is_fast(solids[name]) for name in ("Al(OH)3(s)", "C(s)", "NiO(s)", "Li3PO4(s)", "Na2SO4(s)"))


# --- exchange


def test_donors__stand_in_the_order_of_their_potentials():
    """H2O2 to O2 stands above copper and below iron(III); sulfite below copper; acceptors from persulfate down."""
    donors = [f"{name[:-3]}{'+3' if name == 'Al(s)' else '+2'}/{name}" for name in METALS[:-1]]
    ladder = [*donors, "SO4-2/SO3-2", "Cu+2/Cu(s)", "O2(g)/H2O2", "Fe+3/Fe+2", "H2O2/H2O", "S2O8-2/SO4-2"]
    at_acid = {"H+": np.log(0.3)}
    potentials = [couple(name).potential(343.15, at_acid) for name in ladder]
    assert potentials == sorted(potentials)


@pytest.mark.parametrize("seed", range(40))
def test_exchange__gives_as_many_electrons_as_it_takes(seed):
    """Every element and the charge close for any offer; nobody gives or takes more than offered."""
    random = np.random.default_rng(seed)
    amounts = random.exponential(1.0, 12) * (random.random(12) < 0.7)
    offers = Offers(
        oxide=amounts[0], metals={"Al(s)": amounts[1], "Fe(s)": amounts[2], "Ni(s)": amounts[3]}, copper=amounts[4],
        phosphate=amounts[5], sulfite=amounts[6], peroxide=amounts[7], persulfate=amounts[8], ferrous=amounts[9],
        ferric=amounts[10], cupric=amounts[11], hydrogen_share=random.random(), oxidising=bool(seed % 2),
    )  # fmt: skip
    found = exchange(offers)
    given = (
        sum(offers.metals.values()) + found.copper + found.phosphate + found.sulfite + found.reducing + found.ferrous
    )
    taken = found.needed + found.persulfate + found.oxidising + found.ferric + found.cementation + found.hydrogen
    assert given == pytest.approx(taken, rel=1e-12, abs=1e-12)
    assert min(found) >= 0.0
    for name in ("copper", "phosphate", "sulfite", "persulfate", "ferrous", "ferric"):
        assert getattr(found, name) <= getattr(offers, name) * (1.0 + 1e-12)
    assert found.reducing + found.oxidising <= offers.peroxide * (1.0 + 1e-12)
    assert found.covered == pytest.approx(found.needed / offers.oxide if offers.oxide else 1.0)


def test_exchange__lets_the_strongest_donor_reduce_oxide_first():
    offers = NOTHING._replace(oxide=1.0, metals={"Fe(s)": 0.4}, copper=0.4, peroxide=0.4, ferrous=0.4, oxidising=False)
    found = exchange(offers)
    assert (found.metals, found.copper, found.reducing, found.ferrous) == pytest.approx((0.8, 0.4, 0.2, 0.0))


def test_exchange__keeps_copper_as_long_as_sulfite_lasts():
    found = exchange(NOTHING._replace(oxide=1.0, copper=1.0, sulfite=0.8))
    assert (found.sulfite, found.copper) == pytest.approx((0.8, 0.2))


def test_exchange__oxidises_copper_and_iron_with_peroxide_that_oxides_leave():
    offers = NOTHING._replace(oxide=0.5, copper=0.3, peroxide=2.0, ferrous=0.4)
    found = exchange(offers)
    assert (found.copper, found.reducing, found.oxidising, found.ferrous) == pytest.approx((0.3, 0.2, 0.4, 0.4))
    idle = exchange(offers._replace(oxidising=False))
    assert (idle.reducing, idle.oxidising, idle.ferrous) == pytest.approx((0.2, 0.0, 0.0))


def test_exchange__cements_copper_once_iron_three_is_reduced():
    found = exchange(NOTHING._replace(metals={"Al(s)": 3.0}, ferric=1.0, cupric=0.5, hydrogen_share=0.2))
    assert (found.ferric, found.cementation, found.hydrogen) == pytest.approx((1.0, 0.5, 1.5))


def test_exchange__makes_hydrogen_of_metal_that_no_one_wants():
    found = exchange(NOTHING._replace(metals={"Fe(s)": 1.0}, copper=1.0))
    assert (found.hydrogen, found.copper) == (1.0, 0.0)


def test_rows__carry_an_electron_each_and_conserve_elements():
    rows = exchange_rows(CHEMISTRY)
    assert np.abs(CHEMISTRY.element_matrix @ rows.T).max() < 1e-12
    gives = np.array([1.0, -1.0, 1.0, -1.0, -1.0, 1.0, -1.0, -1.0, 0.0, 0.0])
    assert rows @ CHEMISTRY.charges == pytest.approx(gives, abs=1e-12)
    without = exchange_rows(Chemistry("Li Ni S"))
    assert not without[[2, 3, 5, 6, 7, 9]].any()  # sulfite, persulfate, iron, copper, SO2


def test_extents__stand_in_the_order_of_the_rows():
    found = exchange(NOTHING._replace(oxide=1.0, peroxide=1.0))
    assert extents(found, 2.0, 3.0).tolist() == [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.0, 3.0]


def test_decay__adds_up_its_catalysts_and_speeds_up_with_heat():
    alone = [decay_constant(338.15, [100.0 if at == n else 0.0 for at in range(3)]) for n in range(3)]
    none = decay_constant(338.15, [0.0, 0.0, 0.0])
    assert decay_constant(338.15, [100.0] * 3) == pytest.approx(sum(alone) - 2.0 * none, rel=1e-12)
    assert alone[0] > alone[1] > alone[2] > none > 0.0
    ratio = decay_constant(348.15, [1.0, 1.0, 1.0]) / decay_constant(338.15, [1.0, 1.0, 1.0])
    assert ratio == pytest.approx(np.exp(70e3 / 8.314462618 * (1.0 / 338.15 - 1.0 / 348.15)), rel=1e-9)


# --- doses


def test_doses__are_by_element_by_flow_or_to_a_target():
    feed = Stream.of(CHEMISTRY, {"Li2SO4": 1.0, "H2O": 10.0})
    acid = Stream.of(CHEMISTRY, {"H2SO4": 0.5, "H2O": 0.5})
    assert moles_of_acid(acid) == pytest.approx(acid["SO4-2"])
    factor = times(PerElement("Li", 0.57), acid, moles_of_acid(acid), feed)
    assert (acid * factor)["SO4-2"] == pytest.approx(0.57 * feed["Li+"])
    assert (acid * times(Flow(3.0), acid, 1.0, feed)).mass == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("substance", "electrons"),
    [("H2O2", 2.0), ("Na2S2O8", 2.0), ("Na2SO3", 2.0), ("Na2S2O5", 4.0), ("SO2(g)", 2.0), ("FeSO4", 1.0)],
)  # fmt: skip
def test_reagents__hold_electrons_by_the_mole(substance, electrons):
    stream = Stream.of(CHEMISTRY, {substance: 1.0, "H2O": 1.0})
    moles = 1.0 / molar_mass(parse(substance.removesuffix("(g)")), atomic_masses())
    assert electrons_of(stream) == pytest.approx(electrons * moles, rel=1e-9)


def test_doses__refuse_what_cannot_be():
    feed, acid = Stream.of(CHEMISTRY, {"H2O": 1.0}), Stream.of(CHEMISTRY, {"H2SO4": 1.0})
    with pytest.raises(DataError, match=r"dose per 'Zn': the chemistry has no such element"):
        times(PerElement("Zn", 1.0), acid, 1.0, feed)
    for make, said in (
        (lambda: PerElement("Li", -1.0), r"PerElement: moles = -1 mol/mol must be 0 or more"),
        (lambda: PerElectron(-0.5), r"PerElectron: ratio = -0\.5"),
        (lambda: ToFreeAcid(float("nan")), r"ToFreeAcid: free_acid = nan mol/m3"),
        (lambda: Flow(-2.0), r"Flow: mass = -2 kg/s"),
    ):
        with pytest.raises(DeclarationError, match=said):
            make()
