"""Product sheets against arithmetic by hand; amounts and limits typed here."""

import csv
import math

import pytest

from raffinate.flowsheet import DataError, Flowsheet, Stream, solve
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.product_pictures import draw_product_sheet
from raffinate.flowsheet.product_sheets import Limit, Standard, product_sheet
from raffinate.unitops.dryer import Dryer
from raffinate.unitops.filtration import Filtration
from raffinate.unitops.mixer import Mixer
from raffinate.unitops.splitter import Splitter

NI, CO, MG, NA, S, O, H = 58.693, 58.933, 24.305, 22.990, 32.06, 15.999, 1.008  # noqa: E741  g/mol
SULFATE = S + 4 * O
WATER = 2 * H + O
HEXAHYDRATE = NI + SULFATE + 6 * WATER
CHEMISTRY = Chemistry("Li Na K Mg Ca Ni Co Mn Fe Cu Al S Cl F C P", extractants=())
CRYSTALS = {"NiSO4.6H2O(s)": 100.0, "MgSO4.6H2O(s)": 0.005, "CaF2(s)": 0.002, "Na2SO4(s)": 0.003}


@pytest.fixture(scope="module")
def solution():
    """Crystals in a liquor with sodium of two sources, half of the filtrate returned; cake of 5 % moisture."""
    liquor = Stream.of(CHEMISTRY, {"H2O": 100.0, "NiSO4": 60.0, "Na2SO4": 0.5})
    sheet = Flowsheet()
    sheet.add("tank", Mixer(), feed=[Stream.of(CHEMISTRY, CRYSTALS), "neutral.out", "split.first"])
    sheet.add("neutral", Mixer(), feed=[liquor, "soda.out"])
    sheet.add("soda", Mixer(), feed=Stream.of(CHEMISTRY, {"H2O": 10.0, "Na2SO4": 1.5}))
    sheet.add("press", Filtration(moisture=0.05), slurry="tank.out")
    sheet.add("split", Splitter(fraction=0.5), feed="press.filtrate")
    return solve(sheet)


def line_of(sheet, analyte):
    return next(line for line in sheet.lines if line.limit.analyte == analyte)


def test_sheet__weighs_impurities_in_the_dry_product(solution):
    """By hand from the cake: solids, and the solutes of its liquor with the crystal water that nickel takes up."""
    sheet = product_sheet(solution, "press.cake", "NiSO4.6H2O")
    cake = solution.streams["press.cake"]
    solids = sum(CRYSTALS.values())
    nickel, sodium = cake["Ni+2"] * HEXAHYDRATE * 1e-3, cake["Na+"] * (NA + SULFATE / 2.0) * 1e-3
    mass = solids + nickel + sodium
    assert sheet.mass == pytest.approx(mass, rel=1e-6)
    magnesium = 0.005 * MG / (MG + SULFATE + 6 * WATER) / mass
    assert line_of(sheet, "Mg").predicted == pytest.approx(magnesium, rel=1e-5)
    whole = cake.elements["Na"] * NA * 1e-3 / mass
    assert line_of(sheet, "Na").predicted == pytest.approx(whole, rel=1e-5)
    assert sheet.purity == pytest.approx((100.0 + nickel) / mass, rel=1e-6)


def test_sheet__tells_margin_and_verdict(solution):
    sheet = product_sheet(solution, "press.cake", "NiSO4.6H2O")
    magnesium, copper, nickel, lead = (line_of(sheet, analyte) for analyte in ("Mg", "Cu", "Ni", "Pb"))
    assert magnesium.verdict == "pass"
    assert magnesium.margin == pytest.approx(10e-6 / magnesium.predicted, rel=1e-12)
    assert (copper.predicted, copper.margin, copper.verdict) == (0.0, math.inf, "pass")
    assert nickel.margin == pytest.approx(nickel.predicted / 0.222, rel=1e-12)
    assert line_of(sheet, "Na").verdict == "FAIL"
    assert lead.verdict == "not followed"
    assert math.isnan(lead.predicted)
    assert not sheet.passes


def test_sheet__says_where_an_impurity_comes_from(solution):
    """Of the sodium in solution a quarter is the liquor's and three quarters the soda's, the crystals' beside it."""
    sodium = line_of(product_sheet(solution, "press.cake", "NiSO4.6H2O"), "Na")
    assert sum(sodium.origins.values()) == pytest.approx(1.0, abs=1e-13)
    assert sodium.origins["soda.feed"] == pytest.approx(3.0 * sodium.origins["neutral.feed"], rel=1e-8)
    assert sodium.origins["tank.feed"] == pytest.approx(0.003 / 2.003, rel=1e-8)


def test_sheet__says_how_an_impurity_sits_in_the_product(solution):
    sheet = product_sheet(solution, "press.cake", "NiSO4.6H2O")
    assert line_of(sheet, "Mg").places["lattice"] == 1.0
    cake = solution.streams["press.cake"]
    sodium = line_of(sheet, "Na").places
    assert sodium["adhering liquor"] == pytest.approx(cake["Na+"] / cake.elements["Na"], rel=1e-12)
    assert sodium["occluded"] == pytest.approx(2.0 * cake["Na2SO4(s)"] / cake.elements["Na"], rel=1e-12)
    calcium = line_of(sheet, "Ca").places
    assert calcium["other solids"] == 1.0
    assert line_of(sheet, "Ni").places["lattice"] > 0.9
    assert all(sum(line.places.values()) == pytest.approx(1.0) for line in sheet.lines if line.places)


def test_sheet__parts_what_the_lattice_takes_from_what_is_occluded():
    """Magnesium at D = 0.6: 0.6 x (Mg / Ni of the liquor) of the crystals' nickel is in the lattice, the rest occluded."""
    liquor = {"H2O": 5.0, "NiSO4": 3.0, "MgSO4": 0.003}
    box = Flowsheet()
    box.add("box", Mixer(), feed=Stream.of(CHEMISTRY, {"NiSO4.6H2O(s)": 100.0, "MgSO4.6H2O(s)": 0.1, **liquor}))
    places = line_of(product_sheet(solve(box), "box.out", "NiSO4.6H2O"), "Mg").places
    ratio = (0.003 / (MG + SULFATE)) / (3.0 / (NI + SULFATE))
    lattice = 0.6 * ratio * 100.0 / HEXAHYDRATE
    solid, dissolved = 0.1 / (MG + SULFATE + 6 * WATER), 0.003 / (MG + SULFATE)
    assert places["lattice"] == pytest.approx(lattice / (solid + dissolved), rel=1e-4)
    assert places["occluded"] == pytest.approx((solid - lattice) / (solid + dissolved), rel=1e-4)
    assert places["adhering liquor"] == pytest.approx(dissolved / (solid + dissolved), rel=1e-4)


def test_sheet__of_a_dried_product_tells_how_it_sat_before(solution):
    """What the liquor leaves on drying is sodium sulfate like that in the crystals, and is told from it all the same."""
    cake = solution.streams["press.cake"]
    sheet = Flowsheet()
    sheet.add("dryer", Dryer(temperature=363.15, salts=("NiSO4.6H2O(s)", "Na2SO4(s)")), cake=cake)
    dry = product_sheet(solve(sheet), "dryer.product", "NiSO4.6H2O")
    wet = product_sheet(solution, "press.cake", "NiSO4.6H2O")
    sodium = line_of(dry, "Na")
    assert sodium.places == pytest.approx(line_of(wet, "Na").places, rel=1e-12)
    assert sodium.predicted == pytest.approx(line_of(wet, "Na").predicted, rel=2e-3)
    assert sodium.origins == {"dryer.cake": 1.0}


def test_sheet__of_lithium_carbonate_knows_assay_sulfate_and_moisture():
    """95 kg Li2CO3 and 5 kg of a liquor with 0.1 kg Na2SO4: 99.9 %, sulfate 0.0676 kg; water 4.9 of 100."""
    sheet = Flowsheet()
    feed = Stream.of(CHEMISTRY, {"Li2CO3(s)": 95.0, "H2O": 4.9, "Na2SO4": 0.1})
    sheet.add("box", Mixer(), feed=feed)
    found = product_sheet(solve(sheet), "box.out", "Li2CO3")
    sulfate = SULFATE / (2 * NA + SULFATE) * 0.1
    assert line_of(found, "assay").predicted == pytest.approx(95.0 / 95.1, rel=1e-5)
    assert line_of(found, "SO4").predicted == pytest.approx(sulfate / 95.1, rel=1e-5)
    assert line_of(found, "moisture").predicted == pytest.approx(0.049, rel=1e-6)
    assert line_of(found, "SO4").origins == {"box.feed": 1.0}


def test_sheet__of_iron_phosphate_holds_a_ratio_between_two_limits():
    sheet = Flowsheet()
    sheet.add("box", Mixer(), feed=Stream.of(CHEMISTRY, {"FePO4.2H2O(s)": 1.0, "Fe(OH)3(s)": 0.02}))
    found = product_sheet(solve(sheet), "box.out", "FePO4.2H2O")
    ratios = [line for line in found.lines if line.limit.analyte == "Fe/P"]
    expected = 1.0 + 0.02 / 106.866 * 186.848
    assert [line.verdict for line in ratios] == ["pass", "FAIL"]
    assert ratios[0].predicted == pytest.approx(expected, rel=1e-4)


def test_sheet__holds_against_a_standard_of_ones_own(solution):
    limits = (Limit("Na", "largest", 0.01, "%", "", "", ""),)
    sheet = product_sheet(solution, "press.cake", Standard("ours", "NiSO4.6H2O(s)", limits))
    assert sheet.passes
    assert sheet.table().loc["Na", "limit"] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("Na", "max", 0.01, "%"), "limit of Na: kind 'max' is neither least nor largest"),
        (("Na", "largest", 0.01, "wt%"), "limit of Na: unit 'wt%' is none of %, ppm, -"),
        (("Na", "largest", float("nan"), "%"), "limit of Na: value = nan is not 0 or more"),
        (("Nii", "largest", 0.01, "%"), "limit: analyte 'Nii' is no element or group; did you mean 'Ni'"),
        (("Fe/p", "least", 0.9, "-"), "limit: analyte 'p' is no element or group"),
    ],
)
def test_limit__refuses_what_would_be_passed_over_in_silence(given, words):
    with pytest.raises(DataError, match=words):
        Limit(*given, "", "", "")


def test_text__has_a_line_a_limit_and_names_what_was_recalled(solution):
    sheet = product_sheet(solution, "press.cake", "NiSO4.6H2O")
    lines = sheet.text().splitlines()
    assert len(lines) == 2 + len(sheet.lines) + 1
    assert lines[0].startswith("press.cake: ")
    assert "of 20 limits kept" in lines[0]
    (sodium,) = [line for line in lines if line.startswith("Na ")]
    assert "FAIL" in sodium
    assert "soda.feed 75 %" in sodium
    assert lines[-1].startswith("* ")


def test_csv__holds_the_table(solution, tmp_path):
    sheet = product_sheet(solution, "press.cake", "NiSO4.6H2O")
    path = sheet.write(tmp_path / "nickel.csv")
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["analyte"] for row in rows] == [line.limit.analyte for line in sheet.lines]
    by_name = {row["analyte"]: row for row in rows}
    assert float(by_name["Mg"]["predicted"]) == pytest.approx(line_of(sheet, "Mg").predicted * 1e6, rel=1e-9)
    assert by_name["Pb"]["predicted"] == ""
    assert by_name["Na"]["source"] == "goldendragon"
    assert [entry.name for entry in tmp_path.iterdir()] == ["nickel.csv"]


def test_picture__is_written_and_shows_broken_and_kept_limits(solution, tmp_path):
    sheet = product_sheet(solution, "press.cake", "NiSO4.6H2O")
    path = draw_product_sheet(sheet, tmp_path / "sheet.svg")
    text = path.read_text(encoding="utf-8")
    assert "#d55e00" in text
    assert "#009e73" in text
    with pytest.raises(DataError, match="'nonsense' is no format of figures"):
        draw_product_sheet(sheet, tmp_path / "sheet.nonsense")


def test_sheet__names_the_nearest_standard_outlet_and_solid(solution):
    with pytest.raises(DataError, match=r"there is no standard 'NiSO4.7H2O'; did you mean 'NiSO4.6H2O'\?"):
        product_sheet(solution, "press.cake", "NiSO4.7H2O")
    with pytest.raises(DataError, match=r"outlet 'press.caek' is not in the solution; did you mean 'press.cake'\?"):
        product_sheet(solution, "press.caek", "NiSO4.6H2O")
    own = Standard("ours", "PbSO4(s)", ())
    with pytest.raises(DataError, match=r"ours is of PbSO4\(s\), which the chemistry does not have"):
        product_sheet(solution, "press.cake", own)


def test_sheet__of_a_liquor_is_refused(solution):
    with pytest.raises(DataError, match=r"press.filtrate: 0 kg/h of solids, more than 0 is needed"):
        product_sheet(solution, "press.filtrate", "NiSO4.6H2O")
