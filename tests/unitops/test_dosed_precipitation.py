import pytest
from hand import imbalance

from raffinate.flowsheet import DataError, DeclarationError, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.quantities import celsius
from raffinate.unitops.dosed_precipitation import DosedPrecipitation

METALS = Chemistry("Na Ni Co Mn Ca Fe S C La K N", states=("HS-", "C2O4-2"))


def run(chemistry, liquor, reagent, doses, forms, temperature=60, **given):
    feed = Stream.of(chemistry, {"H2O": 1.0} | liquor, celsius(temperature))
    precipitant = Stream.of(chemistry, reagent)
    unit = DosedPrecipitation(
        precipitant=precipitant, dose_profile=doses, forms=forms, temperature=celsius(temperature), **given
    )
    inlets = {"feed": feed, "seed": Stream.empty(chemistry)}
    outcome = unit.run(inlets)
    assert imbalance(inlets, outcome) <= 1e-9
    return feed, outcome.outlets["slurry"], outcome


def test_dosed__draws_what_its_profile_says():
    feed, _, outcome = run(METALS, {"Na2SO4": 0.05}, {"H2O": 1.0}, (0.2, 0.1), (), tanks=2)
    assert outcome.report["dose"] == pytest.approx(0.3 * feed.mass)


def test_dosed__brings_cobalt_nickel_manganese_and_iron_down_as_oxalates():
    solids = {"Ni+2": "NiC2O4.2H2O(s)", "Co+2": "CoC2O4.2H2O(s)", "Mn+2": "MnC2O4.2H2O(s)", "Fe+2": "FeC2O4.2H2O(s)"}
    for ion, solid in solids.items():
        salt = {f"{ion.removesuffix('+2')}SO4": 0.03}
        feed, slurry, outcome = run(METALS, salt, {"Na2C2O4": 0.032, "H2O": 1.0}, (1.0,), (solid,))
        assert slurry[solid] / feed[ion] > 0.65, ion
        assert outcome.report["formed"] > 0.0


def test_dosed__oxalate_in_excess_dissolves_cobalt_again():
    forms = ("CoC2O4.2H2O(s)",)
    enough, excess = (
        run(METALS, {"CoSO4": 0.02}, {"Na2C2O4": mass, "H2O": 1.0}, (1.0,), forms)[1]["Co+2"] for mass in (0.019, 0.2)
    )
    assert excess > enough


def test_dosed__brings_lanthanum_down_as_double_sulfate():
    feed, slurry, _ = run(
        METALS,
        {"La2(SO4)3": 0.01, "NiSO4": 0.1},
        {"Na2SO4": 0.1, "H2O": 0.9},
        (1.0,),
        ("NaLa(SO4)2.H2O(s)",),
        rates=1e6,
    )
    assert slurry["NaLa(SO4)2.H2O(s)"] / feed["La+3"] > 0.95
    _, slow, _ = run(
        METALS, {"La2(SO4)3": 0.01, "NiSO4": 0.1}, {"Na2SO4": 0.1, "H2O": 0.9}, (1.0,), ("NaLa(SO4)2.H2O(s)",),
        residence_time=600.0,
    )  # fmt: skip
    assert slow["NaLa(SO4)2.H2O(s)"] < 0.8 * slurry["NaLa(SO4)2.H2O(s)"]


def test_dosed__brings_iron_down_as_jarosite_with_potassium_before_sodium():
    left = {}
    for alkali, solid in (("K", "KFe3(SO4)2(OH)6(s)"), ("Na", "NaFe3(SO4)2(OH)6(s)"), ("NH4", "NH4Fe3(SO4)2(OH)6(s)")):
        salt = {"Fe2(SO4)3": 0.03, f"{'(NH4)' if alkali == 'NH4' else alkali}2SO4": 0.03}
        feed, slurry, _ = run(METALS, salt, {"H2O": 0.1}, (1.0,), (solid,), temperature=95, rates=1e6)
        left[alkali] = slurry["Fe+3"] / feed["Fe+3"]
        assert slurry[solid] > 0.0
    assert left["K"] < left["NH4"] < left["Na"]


def test_dosed__brings_nickel_and_cobalt_down_as_sulfides_and_leaves_manganese():
    forms = ("NiS(s)", "CoS(s)", "MnS(s)")
    feed, slurry, _ = run(
        METALS,
        {"NiSO4": 0.02, "CoSO4": 0.02, "MnSO4": 0.02},
        {"NaHS": 0.0155, "NaOH": 0.0105, "H2O": 1.0},
        (1.0,),
        forms,
    )
    assert slurry["Ni+2"] < 0.1 * feed["Ni+2"]
    assert slurry["Mn+2"] > 0.8 * feed["Mn+2"]


def test_dosed__needs_a_dose_for_each_tank():
    with pytest.raises(DeclarationError, match="dose_profile holds 3 values, 2 tanks need 1 or 2"):
        run(METALS, {}, {"H2O": 1.0}, (0.1, 0.1, 0.1), (), tanks=2)
    with pytest.raises(DeclarationError, match="dose_profile = -1 kg/kg is outside"):
        run(METALS, {}, {"H2O": 1.0}, (-1.0,), ())


def test_dosed__refuses_a_reagent_of_nothing_and_a_dose_that_is_no_profile():
    with pytest.raises(DeclarationError, match=r"dose_profile = .* must be a tuple"):
        DosedPrecipitation(precipitant=Stream.of(METALS, {"H2O": 1.0}), dose_profile=0.1)
    unit = DosedPrecipitation(precipitant=Stream.empty(METALS), dose_profile=(0.1,))
    feed = Stream.of(METALS, {"H2O": 1.0})
    with pytest.raises(DataError, match="precipitant: 0 kg/s"):
        unit.run({"feed": feed, "seed": Stream.empty(METALS)})
