import pytest
from hand import imbalance

from raffinate.flowsheet import DataError, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.quantities import celsius
from raffinate.unitops.iron_aeration import IronAeration

CHEMISTRY = Chemistry("Na Ni Fe S N")
FEED = Stream.of(CHEMISTRY, {"H2O": 1.0, "FeSO4": 0.01, "NiSO4": 0.05}, celsius(40))
SODA = Stream.of(CHEMISTRY, {"NaOH": 0.1, "H2O": 0.9})
AIR = Stream.of(CHEMISTRY, {"O2(g)": 0.233, "N2(g)": 0.767})
OXYGEN = Stream.of(CHEMISTRY, {"O2(g)": 1.0})


def run(**given):
    unit = IronAeration(**{"base": SODA, "gas": AIR, "target_ph": 5.5, "temperature": celsius(40)} | given)
    outcome = unit.run({"feed": FEED})
    assert imbalance({"feed": FEED}, outcome) <= 1e-9
    return outcome


def test_aeration__draws_the_gas_that_its_iron_takes():
    # 4 Fe(II) take one O2, of which 30 % is used
    outcome = run(oxygen_used=0.3)
    oxidised = outcome.report["conversion"] * FEED["Fe+2"]
    assert outcome.drawn["gas"]["O2(g)"] == pytest.approx(oxidised / 4.0 / 0.3, rel=1e-9)
    assert outcome.outlets["offgas"]["O2(g)"] == pytest.approx(oxidised / 4.0 * (1.0 / 0.3 - 1.0), rel=1e-9)
    assert outcome.outlets["offgas"]["N2(g)"] == pytest.approx(outcome.drawn["gas"]["N2(g)"])


def test_aeration__brings_the_iron_down():
    slurry = run(target_ph=6.5).outlets["slurry"]
    assert slurry["Fe(OH)3(s)"] + slurry["FeOOH(s)"] > 0.5 * FEED["Fe+2"]
    assert slurry["Fe+3"] < 1e-4 * FEED["Fe+2"]


def test_aeration__rises_with_ph_oxygen_and_time():
    by_ph = [run(target_ph=ph).report["conversion"] for ph in (3.0, 4.5, 5.5, 6.5)]
    assert by_ph == sorted(by_ph)
    assert by_ph[0] < 0.01
    assert run(gas=OXYGEN).report["conversion"] > run().report["conversion"]
    assert run(residence_time=72000.0).report["conversion"] > run().report["conversion"]
    assert run(transfer=0.001, target_ph=6.5).report["conversion"] < 0.7 * run(target_ph=6.5).report["conversion"]


def test_aeration__refuses_a_gas_without_oxygen_and_boiling_water():
    with pytest.raises(DataError, match=r"O2\(g\) = 0 mol/s"):
        run(gas=Stream.of(CHEMISTRY, {"N2(g)": 1.0}))
    with pytest.raises(DataError, match="below the vapour pressure of water"):
        run(gas_pressure=2e4, temperature=celsius(80))
