"""What is printed and written of a solved line."""

import pandas
import pytest

from raffinate.flowsheet import DataError
from raffinate.flowsheet.results import show_results

ELEMENTS = ("Li", "Ni")


@pytest.fixture(scope="module")
def shown(line, tmp_path_factory):
    """The line's results: what was printed, and the files by name."""
    script, solution = line
    folder = tmp_path_factory.mktemp("results")
    with pytest.MonkeyPatch.context() as patch:
        lines = []
        patch.setattr("builtins.print", lambda *words, end="\n", **_: lines.append(" ".join(map(str, words)) + end))
        written = show_results(solution, folder, script["PRODUCTS"], feed="leach.solids", elements=ELEMENTS)
    return "".join(lines), written


def test_show_results__writes_a_file_for_each_table_and_picture(shown):
    _, written = shown
    for path in written.values():
        assert path.stat().st_size > 0
    assert {"streams", "species", "reagents", "recoveries", "plant_balance", "flowsheet", "sankey"} <= set(written)
    assert {f"exits_{element}" for element in ELEMENTS} <= set(written)


def test_show_results__prints_streams_products_balance_and_notes(shown):
    printed, _ = shown
    for heading in ("streams", "reagents", "recoveries", "plant balance", "exits Li", "product NiSO4.6H2O"):
        assert f"\n{heading}" in printed
    assert "largest relative imbalance over the plant" in printed
    assert "note: Na2SO4: ionic strength" in printed
    assert "<NA>" not in printed
    assert "nan" not in printed


def test_show_results__holds_products_against_their_standards(shown):
    printed, written = shown
    for name in ("NiSO4.6H2O", "CoSO4.7H2O", "MnSO4.H2O", "Li2CO3"):
        assert f"; {name}: " in printed
        table = pandas.read_csv(written[f"standard_{name}"], index_col=0)
        assert set(table["verdict"]) <= {"pass", "FAIL", "not followed"}
        assert written[f"standard_{name}_picture"].suffix == ".png"


def test_show_results__written_streams_are_those_of_the_solution(shown, line):
    _, written = shown
    _, solution = line
    table = pandas.read_csv(written["streams"], index_col=0)
    for name, stream in solution.streams.items():
        assert table.loc[name, "mass kg/h"] == pytest.approx(3600.0 * stream.mass, rel=1e-9, abs=1e-12)


def test_show_results__refuses_a_product_that_does_not_exist(line, tmp_path):
    _, solution = line
    with pytest.raises(DataError, match=r"did you mean 'NiSO4 dryer\.product'"):
        show_results(
            solution, tmp_path, {"NiSO4 dryer.products": "NiSO4.6H2O(s)"}, feed="leach.solids", elements=("Ni",)
        )
    assert not list(tmp_path.iterdir())
