import dataclasses

import pytest

from raffinate.flowsheet import DataError, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.unitops.metal_trim import MetalTrim

CHEMISTRY = Chemistry("Na Ni Co Mn S")
LIQUOR = Stream.of(CHEMISTRY, {"H2O": 1.0, "NiSO4": 0.25, "CoSO4": 0.08, "MnSO4": 0.08, "Na2SO4": 0.01})
METALS = {"Ni+2": 0.8, "Co+2": 0.1, "Mn+2": 0.1}
TRIM = MetalTrim.example(CHEMISTRY)


@pytest.mark.parametrize("shares", [(0.8, 0.1, 0.1), (0.6, 0.2, 0.2), (1.0, 1.0, 1.0), (0.1, 0.1, 0.8)])
def test_trim__brings_the_metals_into_their_ratio_and_keeps_the_one_in_excess(shares):
    unit = dataclasses.replace(TRIM, nickel_share=shares[0], cobalt_share=shares[1], manganese_share=shares[2])
    outcome = unit.run({"feed": LIQUOR})
    made = outcome.outlets["liquor"]
    held = {metal: made[metal] for metal in METALS}
    for metal, share in zip(METALS, shares, strict=True):
        assert held[metal] / sum(held.values()) == pytest.approx(share / sum(shares), rel=1e-12)
        assert held[metal] >= LIQUOR[metal] * (1.0 - 1e-12)
    assert any(held[metal] == pytest.approx(LIQUOR[metal], rel=1e-12) for metal in METALS)
    assert made["Na+"] == LIQUOR["Na+"]
    virgin = 1.0 - sum(LIQUOR[metal] for metal in METALS) / sum(held.values())
    assert outcome.report["virgin_share"] == pytest.approx(virgin, rel=1e-9)


def test_trim__dilutes_to_its_strength_but_does_not_concentrate():
    strong = TRIM.run({"feed": LIQUOR})
    made = strong.outlets["liquor"]
    assert sum(made[metal] for metal in METALS) / (made["H2O"] * 0.0180153) == pytest.approx(TRIM.strength, rel=1e-4)
    assert strong.report["strength"] == pytest.approx(TRIM.strength, rel=1e-12)
    assert not strong.warnings
    weak = dataclasses.replace(TRIM, strength=5.0).run({"feed": LIQUOR})
    assert weak.drawn["water"].mass == 0.0
    assert weak.report["strength"] < 5.0
    assert "weaker than the 5 wanted: no water is drawn" in weak.warnings[0]


def test_trim__draws_no_salt_where_the_ratio_is_there():
    made = TRIM.run({"feed": LIQUOR}).outlets["liquor"]
    again = TRIM.run({"feed": made})
    assert again.report["virgin_share"] == pytest.approx(0.0, abs=1e-12)
    assert sum(stream.mass for stream in again.drawn.values()) == pytest.approx(0.0, abs=1e-12)


def test_trim__leaves_a_metal_of_share_0_as_it_came():
    made = dataclasses.replace(TRIM, manganese_share=0.0, manganese_salt=None).run({"feed": LIQUOR}).outlets["liquor"]
    assert made["Mn+2"] == LIQUOR["Mn+2"]
    assert made["Ni+2"] / made["Co+2"] == pytest.approx(8.0, rel=1e-12)


def test_trim__refuses_what_cannot_be():
    with pytest.raises(DataError, match="one of the shares must be above 0"):
        dataclasses.replace(TRIM, nickel_share=0.0, cobalt_share=0.0, manganese_share=0.0).run({"feed": LIQUOR})
    with pytest.raises(DataError, match=r"nickel_salt is not given, and the liquor holds 1\.6\d+ of 4\.2\d+ mol/s"):
        dataclasses.replace(TRIM, nickel_salt=None).run({"feed": LIQUOR})
    with pytest.raises(DataError, match=r"nickel_salt: Ni\+2 = 0 mol/s, Co\+2 beside it; it must hold its metal alone"):
        dataclasses.replace(TRIM, nickel_salt=TRIM.cobalt_salt).run({"feed": LIQUOR})
