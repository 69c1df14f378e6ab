"""The most that a substance can yield of a product: by hand from atomic masses."""

import pytest

from raffinate.flowsheet import DataError
from raffinate.flowsheet.yields import largest_yield, refuse_yield

LI, FE, P, O, C, H, NI, S = 6.94, 55.845, 30.974, 15.999, 12.011, 1.008, 58.693, 32.06  # noqa: E741


def test_yield__of_lithium_carbonate_is_that_of_the_lithium_in_the_phosphate():
    """One mole of LiFePO4 makes half a mole of Li2CO3, 0.234 t to a ton: the 0.24 to 0.25 of the trade is consumption."""
    by_hand = 0.5 * (2 * LI + C + 3 * O) / (LI + FE + P + 4 * O)
    assert largest_yield("Li2CO3(s)", "LiFePO4(s)", "Li") == pytest.approx(by_hand, rel=1e-4)
    assert round(by_hand, 3) == 0.234


def test_yield__of_a_hydrate_counts_its_water():
    by_hand = (NI + S + 4 * O + 6 * (2 * H + O)) / (NI + O)
    assert largest_yield("NiSO4.6H2O(s)", "NiO(s)", "Ni") == pytest.approx(by_hand, rel=1e-4)


def test_yield__beyond_the_element_is_refused_with_place_value_and_limit():
    refuse_yield("LFP line", 0.234, "Li2CO3(s)", "LiFePO4(s)", "Li")
    with pytest.raises(
        DataError, match=r"LFP line: yield = 0\.24 t Li2CO3 per t LiFePO4 .* 4\.40 % Li, .* 0\.2342 t at most"
    ):
        refuse_yield("LFP line", 0.24, "Li2CO3(s)", "LiFePO4(s)", "Li")


@pytest.mark.parametrize("target", [0.0, -0.1, float("nan")])
def test_yield__that_is_no_amount_is_refused(target):
    with pytest.raises(DataError, match="must be above 0"):
        refuse_yield("LFP line", target, "Li2CO3(s)", "LiFePO4(s)", "Li")


def test_yield__of_an_element_that_is_not_there_is_refused():
    with pytest.raises(DataError, match=r"FePO4.* holds 0 Li"):
        largest_yield("Li2CO3(s)", "FePO4(s)", "Li")
