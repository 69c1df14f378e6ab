"""Every script of `examples/` runs from an empty folder, the line shows what it promises, and so do the documents' scripts."""

import importlib
import importlib.util
import math
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pandas
import pytest

from raffinate.flowsheet import DataError, Flowsheet, Stream, solve
from raffinate.flowsheet.balances import balance
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.chemistry.database import atomic_masses
from raffinate.flowsheet.feeds import Blend, feed_material
from raffinate.flowsheet.product_sheets import product_sheet as standard_sheet
from raffinate.flowsheet.report import exit_table, product_sheet
from raffinate.flowsheet.stream import solvent

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = sorted(path for path in (ROOT / "examples").glob("*.py") if "__main__" in path.read_text(encoding="utf-8"))
LINE = ROOT / "examples" / "nmc_black_mass.py"
CLOSURE = 1e-9
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")
AGREED = 0.02  # between a number that a document shows and the one that its script prints


@pytest.fixture(scope="session")
def environment(tmp_path_factory):
    """Give the scripts a kernel cache of their own: they share what is compiled, and nothing in it is out of date."""
    about_kernels = {"RAFFINATE_KERNEL_CACHE", "NUMBA_DISABLE_JIT"}
    kept = {name: value for name, value in os.environ.items() if name not in about_kernels}
    return kept | {"NUMBA_CACHE_DIR": str(tmp_path_factory.mktemp("kernels"))}


def run_script(path: Path, folder: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", str(path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def code_blocks(document: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", (ROOT / document).read_text(encoding="utf-8"), re.S | re.M)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example__runs_in_an_empty_folder_and_writes_whole_files(path, tmp_path, environment):
    printed = run_script(path, tmp_path, environment)
    assert printed.strip()
    written = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert all(file.stat().st_size > 0 for file in written)
    promised = re.search(r"(\d+) tables and pictures are in (\S+)/", printed)
    if promised:
        in_folder = list((tmp_path / promised[2]).iterdir())
        assert len(in_folder) == int(promised[1])
        assert {file.suffix for file in in_folder} == {".csv", ".png"}


def test_liquor__precipitates_in_the_order_of_practice(tmp_path, environment):
    printed = run_script(ROOT / "examples" / "liquor_chemistry.py", tmp_path, environment)
    assert re.match(r"leach liquor at pH 1\.\d\d, ionic strength 5\.\d mol/kg", printed)
    written = {path.stem for path in (tmp_path / "results").glob("*.csv")}
    assert written == {path.stem for path in (tmp_path / "results").glob("*.png")}
    table = pandas.read_csv(tmp_path / "results" / "titration.csv", index_col=0)
    half = [
        (table[f"{m} g/L"] < 0.5 * table[f"{m} g/L"].iloc[0]).idxmax() for m in ("Fe+3", "Al+3", "Cu+2", "Ni+2", "Mn+2")
    ]
    assert half == sorted(half)


def test_line__closes_over_every_unit_and_over_the_plant(line):
    _, solution = line
    assert solution.imbalance <= CLOSURE
    assert max(found.worst for found in solution.balances.values()) <= CLOSURE


def test_line__has_at_least_four_recycles(line):
    _, solution = line
    torn = {key for keys in solution.tears for key in keys}
    assert len(solution.tears) >= 4
    assert {"Mn", "Co", "Ni"} <= {key.split()[0] for key in torn}  # the organic loops
    assert any(key.startswith("Li2CO3") for key in torn)  # the mother liquor of lithium carbonate


def test_line__makes_all_five_products(line):
    script, solution = line
    assert len(script["PRODUCTS"]) == 5
    for outlet, main in script["PRODUCTS"].items():
        assert outlet in solution.products
        assert solution.streams[outlet].mass > 0.0
        assert solution.streams[outlet][main] > 0.0, f"{outlet} holds no {main}"
        assert product_sheet(solution, outlet, main)["value"]["dry product"] > 0.0


@pytest.mark.parametrize("element", ["Na", "S", "Li"])
def test_line__lists_by_which_streams_an_element_leaves(line, element):
    _, solution = line
    table = exit_table(solution, element)
    fed = solution.plant.elements_in[element] * atomic_masses()[element] * 3600.0
    assert set(table.index) <= set(solution.products)
    assert math.isclose(table["kg/h"].sum(), fed, rel_tol=CLOSURE)
    assert math.isclose(table["share %"].sum(), 100.0, rel_tol=1e-12)


def test_line__sends_most_sodium_into_sodium_sulfate(line):
    _, solution = line
    assert exit_table(solution, "Na").index[0] == "Na2SO4 dryer.product"
    assert exit_table(solution, "S").index[0] == "Na2SO4 dryer.product"


def test_line__runs_again_with_another_feed(line):
    script, solution = line
    richer = solve(script["build"](script["ASSAY"] | {"Cu": 4.0}))
    assert richer.imbalance <= CLOSURE
    copper = [found.streams["copper.cake"].elements["Cu"] for found in (solution, richer)]
    assert copper[1] > 1.5 * copper[0]


@pytest.mark.parametrize(
    "feed",
    [
        {"Ni": 29.0, "Co": 3.6, "Mn": 3.4, "Li": 3.9},  # NMC811
        {"Ni": 16.0, "Co": 7.0, "Mn": 9.0, "Li": 3.7},  # NMC532
        {"Ni": 11.0, "Co": 11.0, "Mn": 10.0, "Li": 3.8},  # NMC111
        {"Ni": 8.0, "Co": 22.0, "Mn": 4.0},  # blended with LCO
        {"Ni": 1.5, "Co": 30.0, "Mn": 1.5, "Li": 4.2},  # LCO
        {"Cu": 0.0},
        {"F": 3.6},
    ],
    ids=["NMC811", "NMC532", "NMC111", "LCO blend", "LCO", "no copper", "twice the fluorine"],
)
def test_line__takes_other_cathodes(line, feed):
    script, _ = line
    other = solve(script["build"](script["ASSAY"] | feed))
    assert other.imbalance <= CLOSURE
    for outlet, main in script["PRODUCTS"].items():
        assert other.streams[outlet][main] > 0.0


def test_line__makes_half_as_much_of_half_the_feed(line):
    script, solution = line
    half = solve(script["build"](mass=500.0 / 3600.0))
    assert half.imbalance <= CLOSURE
    for outlet, main in script["PRODUCTS"].items():
        assert half.streams[outlet][main] == pytest.approx(0.5 * solution.streams[outlet][main], rel=1e-6)


def plant(name, **given):
    """The script of an example as a namespace, and the solution of its plant."""
    sys.path.insert(0, str(LINE.parent))
    script = runpy.run_path(str(ROOT / "examples" / f"{name}.py"))
    return script, solve(script["build"](**given))


def test_sulfate__separates_manganese_cobalt_and_nickel():
    script, solution = plant("sx_sulfate")
    feed = script["feed"]()
    assert solution.imbalance <= CLOSURE
    manganese, cobalt, nickel = (solution.streams[f"{name}.liquor"] for name in ("Mn liquor", "Co liquor", "Co carbon"))
    assert manganese["Mn+2"] > 0.99 * feed["Mn+2"]
    assert cobalt["Co+2"] > 0.95 * feed["Co+2"]
    assert nickel["Ni+2"] > 0.99 * feed["Ni+2"]
    assert cobalt["Ni+2"] < 1e-4 * cobalt["Co+2"]


def test_sulfate__keeps_iron_off_its_organic_by_the_iron_strip():
    """Iron that the strip leaves on goes by the iron strip; without it the organic carries far more."""
    held = [
        solution.streams["Mn strip.loaded"].elements["Fe"]
        for _, solution in (plant("sx_sulfate", upkeep=upkeep) for upkeep in (True, False))
    ]
    assert held[0] < 0.3 * held[1]


def test_copper__closes_its_electrowinning_loop():
    script, solution = plant("sx_copper")
    cells = solution.reports["tankhouse"]
    assert solution.imbalance <= CLOSURE
    cathode, bleed = solution.streams["tankhouse.cathode"]["Cu(s)"], solution.streams["tankhouse.bleed"]["Cu+2"]
    assert cathode > 0.93 * script["feed"]()["Cu+2"]
    assert cathode + bleed > 0.98 * script["feed"]()["Cu+2"]
    assert 1.7 < cells["specific_energy"] / 3.6e6 < 2.2
    assert 3200.0 < cells["free_acid"] < 4200.0  # 155 to 205 g/L H2SO4
    assert solution.streams["tankhouse.spent"].concentration("Fe+3") < 0.01


def test_coextraction__takes_the_three_metals_and_leaves_lithium():
    script, solution = plant("sx_coextraction")
    feed, product = script["feed"](), solution.streams["NiCoMn liquor.liquor"]
    for metal, share in (("Ni+2", 0.99), ("Co+2", 0.99), ("Mn+2", 0.9)):
        assert product[metal] > share * feed[metal]
    for left in ("Li+", "Ca+2", "Mg+2"):
        assert product[left] < 0.01 * feed[left]


def test_sections__keep_sodium_out_of_the_raffinate_by_a_preload_of_nickel():
    """Sodium of the saponified organic goes to the spent nickel liquor: cobalt then takes nickel's place, not sodium's."""
    sys.path.insert(0, str(LINE.parent))
    sections = importlib.import_module("sections")
    chemistry = Chemistry("Na Ni Co S", extractants=("Cyanex 272",))
    liquor = Stream.of(chemistry, {"H2O": 1.0, "NiSO4": 0.09, "CoSO4": 0.03})
    flow = liquor["Co+2"]
    found = {}
    for preloaded in (False, True):
        fed = {
            "organic": solvent(chemistry, "Cyanex 272", 700.0, 2.0 * flow * 1.05 / (0.45 * 700.0)),
            "base": Stream.of(chemistry, {"NaOH": 0.3, "H2O": 0.7}),
            "scrub": sections.acid(chemistry, 0.08 * flow, 0.3),
            "selective strip": sections.acid(chemistry, 0.02 * flow, 0.1),
            "strip": sections.acid(chemistry, 0.98 * flow, 1.6),
        }
        if preloaded:
            fed["preload"] = Stream.of(chemistry, {"H2O": 0.3, "NiSO4": 0.045})
        sheet = Flowsheet()
        raffinate = sections.add_sections(sheet, "Co", "Cyanex 272", [liquor], fed, degree=0.45)
        found[preloaded] = solve(sheet).streams[raffinate]
    assert found[True]["Na+"] < 0.05 * found[False]["Na+"]
    assert found[True]["Ni+2"] > liquor["Ni+2"]
    assert found[True]["Co+2"] < 0.1 * flow


@pytest.fixture(scope="module")
def mhp_line():
    return plant("mhp")


@pytest.fixture(scope="module")
def pcam_line():
    return plant("pcam")


@pytest.mark.parametrize("name", ["mhp_line", "pcam_line"])
def test_hydroxide_line__closes_and_makes_its_products(name, request):
    script, solution = request.getfixturevalue(name)
    assert solution.imbalance <= CLOSURE
    assert max(found.worst for found in solution.balances.values()) <= CLOSURE
    for outlet, main in script["PRODUCTS"].items():
        assert outlet in solution.products
        assert solution.streams[outlet][main] > 0.0
    iron_cake, fed = solution.streams["iron cake.cake"].elements, solution.feeds["leach.solids"].elements
    assert iron_cake["Fe"] > 0.99 * solution.streams["oxidation.liquor"].elements["Fe"]
    assert iron_cake["Al"] > 0.9 * solution.streams["oxidation.liquor"].elements["Al"]
    assert 0.003 < iron_cake["Ni"] / fed["Ni"] < 0.03
    assert script["recoveries"](solution)["Li"] > 0.88


@pytest.mark.parametrize("name", ["mhp_line", "pcam_line"])
def test_hydroxide_line__solves_again_from_where_it_ended(name, request):
    script, solution = request.getfixturevalue(name)
    again = solve(script["build"](), start=solution)
    assert again.passes < 0.3 * solution.passes
    for outlet, main in script["PRODUCTS"].items():
        assert again.streams[outlet][main] == pytest.approx(solution.streams[outlet][main], rel=1e-7)


@pytest.mark.parametrize("name", ["mhp", "pcam"])
@pytest.mark.parametrize("feed", ["NMC811 production scrap", "NMC111 end-of-life", "blend"])
def test_hydroxide_line__takes_feeds_of_the_library(name, feed):
    parts = tuple((feed_material(f"{kind} end-of-life"), share) for kind, share in (("NMC622", 0.8), ("LCO", 0.2)))
    given = Blend(parts) if feed == "blend" else feed_material(feed)
    script, solution = plant(name, feed=given, mass=0.2)
    assert solution.imbalance <= CLOSURE
    assert all(solution.streams[outlet][main] > 0.0 for outlet, main in script["PRODUCTS"].items())


def test_mhp__makes_a_hydroxide_of_the_typical_composition(mhp_line):
    script, solution = mhp_line
    content, entered = script["composition"](solution), solution.streams["cooler.out"].elements
    cake = solution.streams["hydroxide filter.cake"].elements
    assert 0.35 < content["Ni"] < 0.48
    assert 0.03 < content["S"] < 0.06
    assert content["Mg"] < 0.02
    assert all(content[element] < 0.005 for element in ("Al", "Fe", "Ca"))
    assert 0.96 < (cake["Ni"] + cake["Co"]) / (entered["Ni"] + entered["Co"]) < 0.995
    fed = entered["Mn"] - solution.streams["hydroxide.recycle"].elements["Mn"]
    assert 0.2 < cake["Mn"] / fed < 0.6
    assert 0.4 < solution.reports["hydroxide filter"]["moisture"] < 0.55
    assert standard_sheet(solution, "hydroxide filter.cake", "MHP").passes


def test_mhp__trades_manganese_for_recovery(mhp_line):
    script, solution = mhp_line
    lower = solve(script["build"](first_ph=7.4), start=solution)
    contents = [script["composition"](found)["Mn"] for found in (lower, solution)]
    yields = [found.reports["hydroxide"]["nickel_yield"] for found in (lower, solution)]
    assert contents[1] > 1.3 * contents[0]
    assert yields[1] > yields[0]


def test_mhp__refuses_a_second_stage_that_returns_more_base_than_there_is_acid(mhp_line):
    script, _ = mhp_line
    with pytest.raises(
        DataError, match=r"second_ph = 8\.3 is more than 0\.5 above first_ph = 7\.3: manganese that returns"
    ):
        script["build"](first_ph=7.3, second_ph=8.3)


def test_pcam__takes_what_industry_takes(pcam_line):
    """EverBatt, kg per kg NMC811: NaOH 0.844, NH4OH 0.117, NiSO4 1.273."""
    script, solution = pcam_line
    per_kilogram = script["per_cathode"](solution)
    assert per_kilogram["NaOH"] == pytest.approx(0.844, rel=0.02)
    assert per_kilogram["NH3"] * 35.05 / 17.03 == pytest.approx(0.117, rel=0.1)
    assert per_kilogram["NiSO4"] == pytest.approx(1.273, rel=0.01)
    assert 1.45 < per_kilogram["Na2SO4 left"] < 1.52


def test_pcam__makes_a_washed_precursor_of_the_ratio(pcam_line):
    script, solution = pcam_line
    product = solution.streams["precursor dryer.product"]
    metals = {metal: product.elements[metal] for metal in script["RATIO"]}
    for metal, share in script["RATIO"].items():
        assert metals[metal] / sum(metals.values()) == pytest.approx(share, abs=0.002)
    assert product.elements["Na"] * atomic_masses()["Na"] < 300e-6 * product.mass
    assert 3e-6 < product.size_distribution("Ni(OH)2(aged)").d50 < 12e-6
    assert 0.002 < solution.reports["precursor"]["nickel"] < 0.1
    assert all(
        script["recoveries"](solution)[metal] > least for metal, least in (("Ni", 0.92), ("Co", 0.92), ("Mn", 0.8))
    )


def test_pcam__needs_fewer_virgin_salts_for_the_ratio_of_its_feed(pcam_line):
    script, solution = pcam_line
    near = solve(script["build"](ratio={"Ni": 0.6, "Co": 0.2, "Mn": 0.2}))
    assert near.reports["trim"]["virgin_share"] < 0.15 < solution.reports["trim"]["virgin_share"]


@pytest.fixture(scope="module")
def total_leach(lfp_script):
    return solve(lfp_script["build"](route="total", mass=1000.0 / 3600.0))


def test_lfp__makes_its_products_and_rejects_graphite(lfp_script, lfp_line, total_leach):
    for solution, graphite in ((lfp_line, "graphite.cake"), (total_leach, "residue.cake")):
        assert solution.imbalance <= CLOSURE
        assert max(found.worst for found in solution.balances.values()) <= CLOSURE
        for outlet, main in lfp_script["PRODUCTS"].items():
            assert outlet in solution.products
            assert product_sheet(solution, outlet, main)["value"][main] > 99.0
        fed = solution.feeds["leach.solids"]["C(s)"]
        assert solution.streams[graphite]["C(s)"] == pytest.approx(fed, rel=CLOSURE)


def test_lfp__keeps_iron_and_phosphate_out_of_the_liquor_only_by_the_selective_route(lfp_line, total_leach):
    shares = [
        solution.streams["leach.slurry"].liquor.elements["Fe"] / solution.feeds["leach.solids"].elements["Fe"]
        for solution in (lfp_line, total_leach)
    ]
    assert shares[0] < 0.005
    assert shares[1] > 0.9


def test_lfp__makes_iron_phosphate_within_its_standard(lfp_line):
    assert standard_sheet(lfp_line, "FePO4 dryer.product", "FePO4.2H2O").passes


@pytest.mark.parametrize("feed", ["LFP end-of-life", "LFP production scrap"])
@pytest.mark.parametrize("route", ["selective", "total"])
def test_lfp__takes_feeds_of_the_library(lfp_script, feed, route):
    solution = solve(lfp_script["build"](route=route, material=feed_material(feed), mass=1000.0 / 3600.0))
    assert solution.imbalance <= CLOSURE
    assert 0.12 < lfp_script["lithium_yield"](solution) < lfp_script["MOST_YIELD"]


def test_lfp__refuses_a_basis_and_a_route_that_it_does_not_know(lfp_script):
    with pytest.raises(DataError, match="basis = 'packs' must be one of black mass, scrap, cells"):
        lfp_script["build"]("packs")
    with pytest.raises(DataError, match="route = 'dry' must be one of selective, total"):
        lfp_script["build"](route="dry")


def test_lfp__tells_what_a_year_of_cells_brings(lfp_script, capsys):
    lfp_script["show_plant"](solve(lfp_script["build"]("cells", "total")), "cells")
    printed = capsys.readouterr().out
    assert re.search(r"6,000 t/y of cells", printed)
    assert re.search(r"Cu by shredding +810\b", printed)
    assert re.search(r"Li2CO3 +3[3-7]\d\b", printed)


def test_readme__scripts_print_what_is_shown(tmp_path, environment):
    scripts, texts = code_blocks("README.md", "python"), code_blocks("README.md", "text")
    assert len(scripts) == len(texts) == 3
    for number, (script, shown) in enumerate(zip(scripts, texts, strict=True)):
        path = tmp_path / f"script_{number}.py"
        path.write_text(script, encoding="utf-8")
        printed = run_script(path, tmp_path, environment)
        assert NUMBER.sub("0", printed).split() == NUMBER.sub("0", shown).split()
        for there, here in zip(NUMBER.findall(printed), NUMBER.findall(shown), strict=True):
            assert math.isclose(float(there), float(here), rel_tol=AGREED), f"{there} is printed, {here} is shown"


def module_of(name: str, text: str, path: Path) -> ModuleType:
    """Make a module of a document's text, as if it stood in its folder."""
    path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def test_contributing__unit_operation_and_its_test_work(tmp_path, monkeypatch):
    unit_text, test_text = code_blocks("CONTRIBUTING.md", "python")[:2]
    for name in ("raffinate.unitops.thickener", "test_thickener"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))  # put back as it was at the end
    unit = module_of("raffinate.unitops.thickener", unit_text, tmp_path / "thickener.py").Thickener
    tests = vars(module_of("test_thickener", test_text, tmp_path / "test_thickener.py"))
    for test in [value for name, value in tests.items() if name.startswith("test_")]:
        test()
    chemistry = Chemistry("Ni S C")
    inlets = {port: Stream.of(chemistry, declared.example) for port, declared in unit.inlets.items()}
    outcome = unit.example(chemistry).run(inlets)
    assert balance(chemistry, inlets.values(), outcome.outlets.values()).worst <= CLOSURE
    assert set(outcome.report) == set(unit.figures)
