import numpy as np
import pytest
from hand import imbalance, mass_of

from raffinate.flowsheet import DataError, DeclarationError, Stream, mix
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.stream import solvent
from raffinate.unitops.saponification import Saponification

CHEMISTRY = Chemistry("Li Na Ni S", extractants=("Cyanex 272",))
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
        match=r"carry sodium on 0\.8 of its extractant, 0\.333 is free \(0\.667 is bound to cations already\)",
    ):
        _soap(0.8).run({"organic": _organic(HA=2.0, NiA2=2.0)})


def test_saponification__refuses_a_base_that_is_not_sodium_hydroxide():
    lithium = Stream.of(CHEMISTRY, {"LiOH": 0.3, "H2O": 0.7})
    with pytest.raises(DataError, match=r"base: Na\+ 0 and OH- 12\.53 mol/s, it must be sodium hydroxide"):
        _soap(0.4, base=lithium).run({"organic": FRESH})
    acid = Stream.of(CHEMISTRY, {"H2SO4": 0.1, "H2O": 0.9})
    with pytest.raises(DataError, match=r"base: Na\+ 0 and OH- -2\.039 mol/s, it must be sodium hydroxide"):
        _soap(0.4, base=acid).run({"organic": FRESH})


def test_saponification__names_the_extractant_that_exists():
    with pytest.raises(DataError, match=r"'HA\[Cyanex 27\]' is not in the chemistry; did you mean 'HA\[Cyanex 272\]'"):
        _soap(0.4, extractant="Cyanex 27").run({"organic": FRESH})


def test_saponification__says_that_the_organic_lacks_its_extractant():
    outcome = _soap(0.4).run({"organic": Stream.of(CHEMISTRY, {"diluent": 0.7})})
    assert outcome.warnings == ("no free Cyanex 272 in the organic: no base is drawn",)
    assert not outcome.drawn


def test_saponification__refuses_a_degree_near_one():
    with pytest.raises(DeclarationError, match=r"Saponification: degree = 0\.95 is outside 0 to 0\.9"):
        _soap(0.95)
