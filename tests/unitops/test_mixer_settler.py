import numpy as np
import pytest
from hand import imbalance
from scipy.optimize import brentq

from raffinate.flowsheet import DataError, DeclarationError, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.chemistry.equilibrium import speciate
from raffinate.flowsheet.chemistry.extractants import Complex
from raffinate.kernels.speciation import MOLES_PER_KG
from raffinate.unitops.mixer_settler import MixerSettler

CHEMISTRY = Chemistry("Li Na Ni Co S", extractants=("Cyanex 272",))
LIQUOR = Stream.of(CHEMISTRY, {"H2O": 1.0, "CoSO4": 0.02, "NiSO4": 0.05, "Li2SO4": 0.02})
ACID_FORM = Stream.of(CHEMISTRY, {"HA[Cyanex 272]": 0.22, "diluent": 0.7})
SAPONIFIED = Stream.of(CHEMISTRY, {"HA[Cyanex 272]": 0.12, "NaA[Cyanex 272]": 0.1, "diluent": 0.7})
CAUSTIC = Stream.of(CHEMISTRY, {"NaOH": 0.2, "H2O": 0.8})
STRIP_ACID = Stream.of(CHEMISTRY, {"H2O": 1.0, "H2SO4": 0.1})
CATIONS = ("Li+", "Na+", "Ni+2", "Co+2")
SALTS = tuple(f"{salt}[Cyanex 272]" for salt in ("LiA", "NaA", "NiA2", "CoA2"))


def _inlets(aqueous, organic):
    """Of all ports: what a flowsheet gives a unit whose sides are not connected."""
    nothing = Stream.empty(aqueous.chemistry)
    return {"aqueous": aqueous, "organic": organic, "liquor_side": nothing, "organic_side": nothing}


def _bank(aqueous, organic, **given):
    settings = {"stages": 4, "aqueous_in_organic": 0.0, "organic_in_aqueous": 0.0} | given
    inlets = _inlets(aqueous, organic)
    outcome = MixerSettler(extractant="Cyanex 272", **settings).run(inlets)
    assert imbalance(inlets, outcome) < 1e-11
    return outcome


def _extracted(outcome, cation, salt):
    return outcome.outlets["loaded"][salt] / (outcome.outlets["loaded"][salt] + outcome.outlets["raffinate"][cation])


def test_mixer_settler__gives_back_the_sodium_it_is_given():
    """Na in = Na out, and each equivalent of metal taken up costs one of sodium or of proton."""
    outcome = _bank(LIQUOR, SAPONIFIED)
    raffinate, loaded = outcome.outlets["raffinate"], outcome.outlets["loaded"]
    fed = SAPONIFIED["NaA[Cyanex 272]"]
    assert raffinate["Na+"] + loaded["NaA[Cyanex 272]"] == pytest.approx(fed, rel=1e-12)
    assert raffinate["Na+"] > 0.999 * fed
    metals = sum(LIQUOR[c] - raffinate[c] for c in ("Li+", "Ni+2", "Ni+2", "Co+2", "Co+2"))
    protons = raffinate["H+"] - LIQUOR["H+"]
    assert metals == pytest.approx(raffinate["Na+"] + protons, rel=1e-9)


def test_mixer_settler__prefers_cobalt_to_nickel_to_lithium():
    outcome = _bank(LIQUOR, SAPONIFIED, stages=1)
    cobalt, nickel, lithium = (
        _extracted(outcome, c, s)
        for c, s in (("Co+2", "CoA2[Cyanex 272]"), ("Ni+2", "NiA2[Cyanex 272]"), ("Li+", "LiA[Cyanex 272]"))
    )
    assert cobalt > 10.0 * nickel > 10.0 * lithium


def test_mixer_settler__extracts_nothing_without_base_beyond_acid_equilibrium():
    """The protons that a few per cent of cobalt set free hold the rest back: all H+ in the raffinate is theirs."""
    outcome = _bank(LIQUOR, ACID_FORM)
    loaded, raffinate = outcome.outlets["loaded"], outcome.outlets["raffinate"]
    equivalents = loaded["LiA[Cyanex 272]"] + 2.0 * (loaded["NiA2[Cyanex 272]"] + loaded["CoA2[Cyanex 272]"])
    assert raffinate["H+"] == pytest.approx(equivalents, rel=1e-8)
    assert _extracted(outcome, "Co+2", "CoA2[Cyanex 272]") < 0.05
    assert outcome.report["ph_raffinate"] < 3.5
    more = _bank(LIQUOR, ACID_FORM, stages=40)
    assert _extracted(more, "Co+2", "CoA2[Cyanex 272]") < 0.06


def test_mixer_settler__follows_the_law_of_mass_action_in_one_stage():
    """Cobalt and nickel as each other's twins: their separation is the ratio of constants and of activities."""
    outcome = _bank(LIQUOR, SAPONIFIED, stages=1, efficiency=1.0)
    raffinate, loaded = outcome.outlets["raffinate"], outcome.outlets["loaded"]
    oil = 1000.0 * loaded.organic_volume
    totals = raffinate.flows[CHEMISTRY.liquor] / (raffinate["H2O"] / MOLES_PER_KG)
    found = speciate(CHEMISTRY, totals, raffinate.temperature, np.zeros(len(CHEMISTRY.phases), dtype=bool))
    extractant = CHEMISTRY.extractant("Cyanex 272")
    molecules = SAPONIFIED["HA[Cyanex 272]"] + SAPONIFIED["NaA[Cyanex 272]"]
    bound = {c: loaded[s] / oil for c, s in zip(CATIONS, SALTS, strict=True)}

    def formed(free):
        """(mol/L, units) of the complexes of each cation."""
        return {
            c: [
                (
                    10.0**each.log_k * found.activity(c) * free**each.units * 10.0 ** (each.protons * found.ph),
                    each.units,
                )
                for each in extractant.complexes_of(c)
            ]
            for c in CATIONS
        }

    def excess(free):
        return free + sum(y * n for pair in formed(free).values() for y, n in pair) - molecules / oil / extractant.unit

    free = brentq(excess, 1e-9, molecules / oil, xtol=1e-14)
    for cation, pair in formed(free).items():
        assert bound[cation] == pytest.approx(sum(y for y, _ in pair), rel=1e-4), cation


def test_mixer_settler__extracts_more_with_more_stages():
    found = [_bank(LIQUOR, SAPONIFIED, stages=n).outlets["raffinate"]["Co+2"] for n in (1, 2, 3, 5, 8)]
    assert found == sorted(found, reverse=True)


def test_mixer_settler__extracts_more_at_a_higher_efficiency():
    found = [_bank(LIQUOR, SAPONIFIED, efficiency=e).outlets["raffinate"]["Co+2"] for e in (0.3, 0.6, 0.9, 1.0)]
    assert found == sorted(found, reverse=True)


@pytest.mark.parametrize("free", [0.02, 0.0])
def test_mixer_settler__strips_with_acid(free):
    """Also an organic whose last extractant is bound: two protons for each nickel."""
    organic = Stream.of(CHEMISTRY, {"NiA2[Cyanex 272]": 0.2, "HA[Cyanex 272]": free, "diluent": 0.7})
    outcome = _bank(STRIP_ACID, organic)
    nickel = organic["NiA2[Cyanex 272]"]
    assert outcome.outlets["raffinate"]["Ni+2"] == pytest.approx(nickel, rel=1e-3)
    assert outcome.outlets["raffinate"]["H+"] == pytest.approx(STRIP_ACID["H+"] - 2.0 * nickel, rel=1e-3)
    assert outcome.report["loading"] < 1e-3
    assert outcome.report["ph_first"] < 1.0


def test_mixer_settler__never_loads_more_than_its_extractant():
    rich = Stream.of(CHEMISTRY, {"H2O": 1.0, "CoSO4": 0.3})
    soap = Stream.of(CHEMISTRY, {"NaA[Cyanex 272]": 0.2, "HA[Cyanex 272]": 0.02, "diluent": 0.7})
    outcome = _bank(rich, soap)
    assert 0.8 < outcome.report["loading"] <= 1.0
    assert outcome.outlets["loaded"]["HA[Cyanex 272]"] >= 0.0


def test_mixer_settler__warns_of_gelling_and_of_hydroxides():
    """An organic all in its sodium form makes the raffinate caustic and leaves with nothing free."""
    soap = Stream.of(CHEMISTRY, {"NaA[Cyanex 272]": 0.3, "diluent": 0.7})
    gelled, caustic = _bank(LIQUOR, soap).warnings
    assert gelled.endswith("is above 0.65 equivalents per extractant, where an organic gels")
    assert caustic.endswith("is above 8, where hydroxides come down that the model leaves out")
    assert _bank(LIQUOR, SAPONIFIED).warnings == ()


def test_mixer_settler__keeps_the_extractant():
    outcome = _bank(LIQUOR, SAPONIFIED)
    loaded = outcome.outlets["loaded"]
    held = loaded["HA[Cyanex 272]"] + sum(loaded[s] * (2.0 if "A2" in s else 1.0) for s in SALTS)
    assert held == pytest.approx(SAPONIFIED["HA[Cyanex 272]"] + SAPONIFIED["NaA[Cyanex 272]"], rel=1e-12)
    assert outcome.report["organic_to_aqueous"] == pytest.approx(SAPONIFIED.organic_volume / LIQUOR.liquor_volume)


def test_mixer_settler__entrains_either_liquid_in_the_other():
    """Sulfate and diluent do not react: their shares are those of the volumes entrained."""
    outcome = _bank(LIQUOR, SAPONIFIED, aqueous_in_organic=2e-3, organic_in_aqueous=1e-3)
    ratio = outcome.report["organic_to_aqueous"]
    carried = 2e-3 * outcome.outlets["loaded"].organic_volume / LIQUOR.liquor_volume
    assert outcome.outlets["loaded"]["SO4-2"] == pytest.approx(carried * LIQUOR["SO4-2"], rel=1e-10)
    assert outcome.outlets["raffinate"]["diluent"] == pytest.approx(1e-3 / ratio * SAPONIFIED["diluent"], rel=1e-10)
    # the liquor in the loaded organic is of the first stage, where the liquor still holds its nickel
    assert outcome.outlets["loaded"]["Ni+2"] > 0.5 * 2e-3 * ratio * LIQUOR["Ni+2"]


def test_mixer_settler__lets_the_water_of_the_base_out_with_the_raffinate():
    wet = SAPONIFIED + Stream.of(CHEMISTRY, {"H2O": 0.01})
    dry, diluted = (_bank(LIQUOR, organic) for organic in (SAPONIFIED, wet))
    water = diluted.outlets["raffinate"]["H2O"] - dry.outlets["raffinate"]["H2O"]
    assert water == pytest.approx(wet["H2O"], rel=1e-9)
    assert diluted.outlets["loaded"]["Co+2"] == pytest.approx(dry.outlets["loaded"]["Co+2"], rel=1e-9)


def test_mixer_settler__takes_droplets_of_the_liquor_into_the_organic():
    droplets = Stream.of(CHEMISTRY, {"HA[Cyanex 272]": 1e-3, "diluent": 3e-3})
    outcome = _bank(LIQUOR + droplets, SAPONIFIED)
    assert outcome.outlets["loaded"]["diluent"] == pytest.approx(SAPONIFIED["diluent"] + droplets["diluent"], rel=1e-12)


def test_mixer_settler__passes_a_liquid_that_meets_nothing():
    empty = Stream.empty(CHEMISTRY)
    assert np.array_equal(_bank(LIQUOR, empty).outlets["raffinate"].flows, LIQUOR.flows)
    assert np.array_equal(_bank(empty, SAPONIFIED).outlets["loaded"].flows, SAPONIFIED.flows)


def test_mixer_settler__says_that_the_organic_lacks_its_extractant():
    outcome = _bank(LIQUOR, Stream.of(CHEMISTRY, {"diluent": 0.7}))
    assert outcome.warnings == ("no Cyanex 272 in the organic: nothing is taken up",)
    assert _bank(LIQUOR, Stream.empty(CHEMISTRY)).warnings == ()


def test_mixer_settler__refuses_an_organic_that_carries_more_than_it_can():
    """A complex of aluminium that takes three dimers: 0.2 kg/s of salt bind 1.3 mol/s of it, and there is less."""
    known = CHEMISTRY.extractant("Cyanex 272")
    greedy = known.replace(name="Greedy", complexes=(Complex("Al+3", -4.0, 3.0), Complex("Na+", -7.0, 1.0)))
    aluminium = Chemistry("Al Na S", extractants=(greedy,))
    acid = Stream.of(aluminium, {"H2O": 1.0, "H2SO4": 0.1})
    organic = Stream.of(aluminium, {"AlA3[Greedy]": 0.2, "HA[Greedy]": 0.1, "diluent": 0.7})
    with pytest.raises(
        DataError,
        match=r"carries Al\+3 0\.2234 mol/s, whose complexes take 1\.34 mol/s of Greedy .* there is 1\.015 mol/s of it",
    ):
        MixerSettler(extractant="Greedy", stages=2).run(_inlets(acid, organic))


def test_mixer_settler__names_the_extractant_that_exists():
    with pytest.raises(DataError, match="extractant 'Cyanex 27' is not in the chemistry; did you mean 'Cyanex 272'"):
        MixerSettler(extractant="Cyanex 27", stages=2).run(_inlets(LIQUOR, SAPONIFIED))


def test_mixer_settler__refuses_a_bank_without_stages():
    with pytest.raises(DeclarationError, match=r"MixerSettler: stages = 0 is outside 1 to 60 \(stages\)"):
        MixerSettler(extractant="Cyanex 272", stages=0)


def test_mixer_settler__holds_its_stages_with_what_it_draws():
    outcome = _bank(LIQUOR, ACID_FORM, target_ph=5.0, base=CAUSTIC)
    assert outcome.report["ph_first"] == pytest.approx(5.0, abs=1e-9)
    assert outcome.report["ph_raffinate"] == pytest.approx(5.0, abs=1e-9)
    drawn = outcome.drawn["base"]
    assert drawn.mass == outcome.report["dose"] > 0.0
    assert drawn["Na+"] / drawn["H2O"] == pytest.approx(CAUSTIC["Na+"] / CAUSTIC["H2O"], rel=1e-9)
    assert _extracted(outcome, "Co+2", "CoA2[Cyanex 272]") > 0.9


def test_mixer_settler__takes_side_feeds_and_draws_bleeds():
    side = Stream.of(CHEMISTRY, {"H2O": 0.2, "CoSO4": 0.01})
    fresh = ACID_FORM * 0.3
    inlets = {"aqueous": LIQUOR, "organic": SAPONIFIED, "liquor_side": side, "organic_side": fresh}
    unit = MixerSettler(
        extractant="Cyanex 272",
        stages=4,
        liquor_stage=3,
        organic_stage=2,
        liquor_bleeds={4: 0.1},
        organic_bleeds={1: 0.2},
    )
    outcome = unit.run(inlets)
    assert imbalance(inlets, outcome) < 1e-11
    bleed = outcome.outlets["bleed"]
    assert bleed["H2O"] == pytest.approx(outcome.outlets["raffinate"]["H2O"] / 9.0, rel=1e-2)
    assert bleed["CoA2[Cyanex 272]"] == pytest.approx(outcome.outlets["loaded"]["CoA2[Cyanex 272]"] / 4.0, rel=1e-9)


def test_mixer_settler__refuses_a_base_that_is_no_stream():
    with pytest.raises(DeclarationError, match="base = 'NaOH' must be a Stream"):
        MixerSettler(extractant="Cyanex 272", stages=2, base="NaOH")


def test_mixer_settler__settles_where_the_media_were_led_too_far():
    """Aluminium and fluoride make the media slow; a third of the rows like this one were led to where there is none."""
    chemistry = Chemistry("Li Na Ni Co Mn Cu Fe Al S P F", extractants=("D2EHPA",))
    liquor = {
        "H2O": 23.13, "Li+": 0.2512, "Na+": 0.4345, "Al+3": 8.585e-4, "Fe+2": 1.608e-5, "Fe+3": 6.434e-7, "Mn+2": 0.07465,
        "Co+2": 0.07315, "Ni+2": 0.2018, "Cu+2": 7.613e-5, "SO4-2": 0.7021, "PO4-3": 7.202e-7, "F-": 1.274e-3,
    }  # fmt: skip
    organic = {"H2O": 1.233, "HA[D2EHPA]": 0.2993, "NaA[D2EHPA]": 0.1995, "diluent": 2.536}

    def stream(flows, temperature):
        vector = np.zeros(chemistry.size)
        vector[[chemistry.position(name) for name in flows]] = list(flows.values())
        vector[chemistry.position("H+")] = -vector @ chemistry.charges
        return Stream(chemistry, vector, temperature)

    unit = MixerSettler(
        extractant="D2EHPA", stages=6, efficiency=0.95, aqueous_in_organic=5e-4, organic_in_aqueous=5e-5
    )
    fed = stream(organic, 298.15)
    for share in np.linspace(0.999, 1.001, 21):
        inlets = _inlets(stream(liquor, 302.8), fed * share)
        assert imbalance(inlets, unit.run(inlets)) < 1e-11
