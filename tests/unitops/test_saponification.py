import numpy as np
import pytest
from hand import imbalance, mass_of

from raffinate.flowsheet import DataError, DeclarationError, Stream, mix
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.stream import solvent
from raffinate.unitops.saponification import Saponification

CHEMISTRY = Chemistry("Li Na Ni S", extractants=("Cyanex 272",))
ALKALIES = Chemistry("Li Na K N Mg S", extractants=("Cyanex 272", "D2EHPA"))
BASE = Stream.of(CHEMISTRY, {"NaOH": 0.3, "H2O": 0.7})
FRESH = solvent(CHEMISTRY, "Cyanex 272", 600.0, 0.01)  # 6 mol/s
ACID, SODIUM, NICKEL = (f"{form}[Cyanex 272]" for form in ("HA", "NaA", "NiA2"))


def _soap(degree, base=BASE, extractant="Cyanex 272"):
    return Saponification(extractant=extractant, base=base, degree=degree)


def _organic(**amounts):
    """An organic of mol/s of its species."""
    flows = np.zeros(CHEMISTRY.size)
    for name, amount in amounts.items():
        flows[CHEMISTRY.index[f"{name}[Cyanex 272]"]] = amount
    return Stream(CHEMISTRY, flows)


@pytest.mark.parametrize("degree", [0.0, 0.3, 0.45, 0.9])
def test_saponification__exchanges_protons_for_sodium(degree):
    """HA + NaOH = NaA + H2O: sodium on the extractant is the base drawn; the water of both goes along."""
    outcome = _soap(degree).run({"organic": FRESH})
    organic = outcome.outlets["organic"]
    assert organic[SODIUM] == pytest.approx(6.0 * degree, rel=1e-12)
    assert organic[ACID] == pytest.approx(6.0 * (1.0 - degree), rel=1e-12)
    drawn = 6.0 * degree * mass_of("NaOH") / 0.3
    assert outcome.report["dose"] == pytest.approx(drawn, rel=1e-12)
    assert organic["H2O"] == pytest.approx(0.7 * drawn / mass_of("H2O") + 6.0 * degree, rel=1e-12, abs=1e-12)
    assert organic["H+"] == pytest.approx(0.0, abs=1e-12)
    assert organic["Na+"] == pytest.approx(0.0, abs=1e-12)
    assert outcome.report["degree"] == pytest.approx(degree, rel=1e-12)
    assert imbalance({"organic": FRESH}, outcome) < 1e-12


def test_saponification__tops_up_what_is_saponified_already():
    half = _soap(0.25).run({"organic": FRESH}).outlets["organic"]
    outcome = _soap(0.45).run({"organic": half})
    assert outcome.drawn["base"]["Na+"] == pytest.approx(6.0 * 0.20, rel=1e-10)
    assert _soap(0.1).run({"organic": half}).report == pytest.approx({"dose": 0.0, "degree": 0.25}, abs=1e-12)


def test_saponification__counts_extractant_that_metals_hold():
    """2 mol of NiA2 and 2 mol of HA are 6 mol of extractant: a degree of 0.3 is 1.8 mol of sodium."""
    outcome = _soap(0.3).run({"organic": _organic(HA=2.0, NiA2=2.0)})
    assert outcome.outlets["organic"][SODIUM] == pytest.approx(1.8, rel=1e-12)
    assert outcome.outlets["organic"][NICKEL] == 2.0


def test_saponification__neutralises_the_acid_in_droplets():
    droplets = Stream.of(CHEMISTRY, {"H2O": 0.05, "H2SO4": 0.005})
    organic = mix([FRESH, droplets])
    outcome = _soap(0.4).run({"organic": organic})
    assert outcome.drawn["base"]["Na+"] == pytest.approx(2.4 + 2.0 * 0.005 / mass_of("H2SO4"), rel=1e-12)
    assert outcome.outlets["organic"].charge == pytest.approx(0.0, abs=1e-12)
    assert imbalance({"organic": organic}, outcome) < 1e-12


def test_saponification__refuses_more_sodium_than_the_organic_has_room_for():
    """Nickel holds 4 of 6 mol: a third is free, 80 % is asked."""
    with pytest.raises(
        DataError,
        match=r"carry Na\+ on 0\.8 of its extractant, 0\.333 is free \(0\.667 is bound to cations already\)",
    ):
        _soap(0.8).run({"organic": _organic(HA=2.0, NiA2=2.0)})


@pytest.mark.parametrize(
    ("base", "cation", "salt", "extractant"),
    [
        ({"NaOH": 0.3, "H2O": 0.7}, "Na+", "NaA", "Cyanex 272"),
        ({"LiOH": 0.1, "H2O": 0.9}, "Li+", "LiA", "Cyanex 272"),
        ({"KOH": 0.3, "H2O": 0.7}, "K+", "KA", "Cyanex 272"),
        ({"NH3": 0.2, "H2O": 0.8}, "NH4+", "NH4A", "Cyanex 272"),
        ({"Mg(OH)2(s)": 0.1, "H2O": 0.9}, "Mg+2", "MgA2", "Cyanex 272"),
        ({"Mg(OH)2": 0.1, "H2O": 0.9}, "Mg+2", "MgA2", "D2EHPA"),
    ],
    ids=["NaOH", "LiOH", "KOH", "NH3", "Mg(OH)2 slurry", "Mg(OH)2 dissolved"],
)
def test_saponification__takes_the_cation_of_any_base(base, cation, salt, extractant):
    """z HA + M(OH)z = MAz + z H2O: an equivalent of hydroxide for each of cation; the base's water goes along."""
    fresh = solvent(ALKALIES, extractant, 600.0, 0.01)
    dosed = Stream.of(ALKALIES, base)
    outcome = _soap(0.4, base=dosed, extractant=extractant).run({"organic": fresh})
    organic, charge = outcome.outlets["organic"], 2.0 if cation == "Mg+2" else 1.0
    assert organic[f"{salt}[{extractant}]"] == pytest.approx(2.4 / charge, rel=1e-12)
    assert organic[f"HA[{extractant}]"] == pytest.approx(3.6, rel=1e-12)
    assert organic[cation] == pytest.approx(0.0, abs=1e-12)
    assert organic["H+"] == pytest.approx(0.0, abs=1e-12)
    assert organic.solids.mass == 0.0
    assert outcome.drawn["base"].elements[cation.rstrip("+2").removesuffix("H4")] == pytest.approx(
        2.4 / charge, rel=1e-12
    )
    assert outcome.report["degree"] == pytest.approx(0.4, rel=1e-12)
    assert imbalance({"organic": fresh}, outcome) < 1e-12


def test_saponification__shares_the_extractant_as_two_hydroxides_share_the_base():
    """Three moles of NaOH and one of LiOH: of 2.4 mol, 1.8 take sodium and 0.6 lithium."""
    base = Stream.of(ALKALIES, {"NaOH": 3.0 * mass_of("NaOH"), "LiOH": mass_of("LiOH"), "H2O": 1.0})
    fresh = solvent(ALKALIES, "Cyanex 272", 600.0, 0.01)
    organic = _soap(0.4, base=base).run({"organic": fresh}).outlets["organic"]
    assert organic["NaA[Cyanex 272]"] == pytest.approx(1.8, rel=1e-12)
    assert organic["LiA[Cyanex 272]"] == pytest.approx(0.6, rel=1e-12)


def test_saponification__refuses_a_base_that_is_none():
    acid = Stream.of(CHEMISTRY, {"H2SO4": 0.1, "H2O": 0.9})
    with pytest.raises(
        DataError,
        match=r"base: no cation and OH- -2\.039 mol/s, it must be a hydroxide or ammonia .* takes up: Li\+, Na\+",
    ):
        _soap(0.4, base=acid).run({"organic": FRESH})
    soda = Stream.of(CHEMISTRY, {"Na2SO4": 0.1, "H2O": 0.9})
    with pytest.raises(DataError, match=r"base: Na\+ 1\.408 and OH- -?0 mol/s"):
        _soap(0.4, base=soda).run({"organic": FRESH})


def test_saponification__names_the_extractant_that_exists():
    with pytest.raises(DataError, match="'Cyanex 27' is not in the chemistry; did you mean 'Cyanex 272'"):
        _soap(0.4, extractant="Cyanex 27").run({"organic": FRESH})


def test_saponification__says_that_the_organic_lacks_its_extractant():
    outcome = _soap(0.4).run({"organic": Stream.of(CHEMISTRY, {"diluent": 0.7})})
    assert outcome.warnings == ("no free Cyanex 272 in the organic: no base is drawn",)
    assert not outcome.drawn


def test_saponification__refuses_a_degree_near_one():
    with pytest.raises(DeclarationError, match=r"Saponification: degree = 0\.95 is outside 0 to 0\.9"):
        _soap(0.95)
