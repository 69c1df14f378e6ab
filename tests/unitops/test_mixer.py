import pytest
from hand import mass_of

from raffinate.flowsheet import DataError, Flowsheet, Stream, solve
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.unitops.mixer import Mixer

CHEMISTRY = Chemistry("Na S")


def _mixed(*feeds):
    sheet = Flowsheet()
    sheet.add("tank", Mixer(), feed=list(feeds))
    return solve(sheet)


def test_mixer__adds_flows_and_shares_heat():
    """1 kg of water at 20 degC and 3 kg at 60 degC make 4 kg at 50 degC (heat capacity of water within 0.2 %)."""
    cold, hot = (Stream.of(CHEMISTRY, {"H2O": m}, temperature=t) for m, t in ((1.0, 293.15), (3.0, 333.15)))
    solution = _mixed(cold, hot)
    out = solution.streams["tank.out"]
    assert out.mass == pytest.approx(4.0, rel=1e-14)
    assert out.temperature == pytest.approx(323.15, abs=0.05)
    assert solution.reports["tank"]["mass_flow"] == out.mass


def test_mixer__leaves_acid_and_base_to_neutralise_in_the_liquor():
    """H2SO4 + 2 NaOH: the totals add up to those of sodium sulfate in water."""
    acid = Stream.of(CHEMISTRY, {"H2O": 1.0, "H2SO4": mass_of("H2SO4")})
    base = Stream.of(CHEMISTRY, {"H2O": 1.0, "NaOH": 2.0 * mass_of("NaOH")})
    out = _mixed(acid, base).streams["tank.out"]
    assert out["H+"] == pytest.approx(0.0, abs=1e-12)
    assert out["Na+"] == pytest.approx(2.0, rel=1e-12)
    assert out["SO4-2"] == pytest.approx(1.0, rel=1e-12)
    assert out["H2O"] == pytest.approx(2.0 / mass_of("H2O") + 2.0, rel=1e-12)


def test_mixer__refuses_streams_of_two_chemistries():
    other = Stream.of(Chemistry("Na S"), {"H2O": 1.0})
    with pytest.raises(DataError, match="mix: 2 streams of different chemistries"):
        _mixed(Stream.of(CHEMISTRY, {"H2O": 1.0}), other)
