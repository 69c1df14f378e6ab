import numpy as np
import pytest
from hand import imbalance

from raffinate.flowsheet import DataError, DeclarationError, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.stream import solvent
from raffinate.unitops.solvent_makeup import SolventMakeup

CHEMISTRY = Chemistry("Na Ni S", extractants=("Cyanex 272",))
SOLVENT = solvent(CHEMISTRY, "Cyanex 272", 600.0, 0.01)
ACID, SODIUM, NICKEL = (f"{form}[Cyanex 272]" for form in ("HA", "NaA", "NiA2"))


def _makeup(organic, extractant="Cyanex 272"):
    return SolventMakeup(extractant=extractant, solvent=SOLVENT).run({"organic": organic})


def _organic(diluent, **amounts):
    flows = np.zeros(CHEMISTRY.size)
    flows[CHEMISTRY.index["diluent"]] = diluent
    for name, amount in amounts.items():
        flows[CHEMISTRY.index[f"{name}[Cyanex 272]"]] = amount
    return Stream(CHEMISTRY, flows)


def test_makeup__draws_all_of_it_for_an_empty_circuit():
    outcome = _makeup(Stream.empty(CHEMISTRY))
    assert np.allclose(outcome.outlets["organic"].flows, SOLVENT.flows, rtol=1e-14, atol=0.0)
    assert outcome.report["makeup"] == pytest.approx(SOLVENT.mass, rel=1e-14)
    assert outcome.report["circulation"] == pytest.approx(0.01, rel=1e-12)
    assert outcome.outlets["surplus"].mass == 0.0


def test_makeup__replaces_what_was_lost():
    outcome = _makeup(SOLVENT * 0.97)
    assert outcome.report["makeup"] == pytest.approx(0.03 * SOLVENT.mass, rel=1e-10)
    assert np.allclose(outcome.outlets["organic"].flows, SOLVENT.flows, rtol=1e-13, atol=0.0)
    assert imbalance({"organic": SOLVENT * 0.97}, outcome) < 1e-13


def test_makeup__counts_extractant_that_cations_hold():
    """2 mol HA, 1 mol NaA and 1 mol NiA2 are 5 mol of extractant: 1 of the 6 mol is lacking."""
    organic = _organic(SOLVENT["diluent"], HA=2.0, NaA=1.0, NiA2=1.0)
    outcome = _makeup(organic)
    out = outcome.outlets["organic"]
    assert out[ACID] == pytest.approx(3.0, rel=1e-12)
    assert (out[SODIUM], out[NICKEL]) == (1.0, 1.0)
    assert outcome.drawn["solvent"]["diluent"] == 0.0
    assert imbalance({"organic": organic}, outcome) < 1e-13


def test_makeup__lets_a_surplus_of_extractant_and_diluent_go():
    outcome = _makeup(SOLVENT * 1.25)
    assert np.allclose(outcome.outlets["organic"].flows, SOLVENT.flows, rtol=1e-13, atol=0.0)
    assert outcome.outlets["surplus"].mass == pytest.approx(0.25 * SOLVENT.mass, rel=1e-12)
    assert outcome.drawn["solvent"].mass == 0.0


def test_makeup__tops_the_diluent_up_while_extractant_is_in_surplus():
    organic = _organic(0.5 * SOLVENT["diluent"], HA=7.0, NaA=1.0)
    outcome = _makeup(organic)
    out, surplus = outcome.outlets["organic"], outcome.outlets["surplus"]
    assert out[ACID] + out[SODIUM] == pytest.approx(6.0, rel=1e-13)
    assert surplus[SODIUM] / surplus[ACID] == pytest.approx(1.0 / 7.0, rel=1e-12)
    assert out["diluent"] == pytest.approx(SOLVENT["diluent"], rel=1e-13)
    assert imbalance({"organic": organic}, outcome) < 1e-13


def test_makeup__passes_liquor_in_the_organic_on():
    droplets = Stream.of(CHEMISTRY, {"H2O": 0.01, "NiSO4": 0.001})
    out = _makeup(SOLVENT * 0.9 + droplets).outlets["organic"]
    assert out["Ni+2"] == pytest.approx(droplets["Ni+2"], rel=1e-14)


def test_makeup__names_the_extractant_that_exists():
    with pytest.raises(DataError, match="extractant 'Cyanex 27' is not in the chemistry; did you mean 'Cyanex 272'"):
        _makeup(SOLVENT, extractant="Cyanex 27")


def test_makeup__refuses_a_solvent_that_is_no_stream():
    with pytest.raises(DeclarationError, match=r"SolventMakeup: solvent = 0\.01 must be a Stream"):
        SolventMakeup(extractant="Cyanex 272", solvent=0.01)
