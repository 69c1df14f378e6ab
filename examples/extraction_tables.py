"""What the examples of solvent extraction print and write: banks, liquors, sizes, and pictures of a solved plant."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas

from raffinate.flowsheet import Stream
from raffinate.flowsheet.extraction.sizing import size_table
from raffinate.flowsheet.files import write_csv
from raffinate.flowsheet.pictures import draw_flowsheet
from raffinate.flowsheet.quantities import hour
from raffinate.flowsheet.sankey import draw_sankey
from raffinate.flowsheet.solver import Solution

BANK = ("ph_first", "ph_raffinate", "loading", "organic_to_aqueous")  # figures of a bank of mixer-settlers

SHOWN = ("stages", "aqueous m3/h", "organic m3/h", "recycle m3/h", "O/A in mixer", "mixer m3", "settler m2", "load %")


def bank_table(solution: Solution) -> pandas.DataFrame:
    """Answer a row for each bank of mixer-settlers: its stages, pH at both ends, loading and organic per liquor."""
    rows = {
        name: {"stages": getattr(solution.flowsheet.units[name], "stages", 1)} | {key: report[key] for key in BANK}
        for name, report in solution.reports.items()
        if set(BANK) <= set(report)
    }
    return pandas.DataFrame.from_dict(rows, orient="index").rename(columns={"organic_to_aqueous": "O/A"})


def liquor_table(streams: Mapping[str, Stream], cations: Sequence[str]) -> pandas.DataFrame:
    """Answer a row for each liquor: m3/h, pH and g/L of each cation."""
    rows = {
        name: {"m3/h": stream.liquor_volume * hour, "pH": stream.ph}
        | {f"{cation} g/L": stream.concentration(cation) for cation in cations}
        for name, stream in streams.items()
    }
    return pandas.DataFrame.from_dict(rows, orient="index")


def show_plant(
    solution: Solution, liquors: Mapping[str, Stream], cations: Sequence[str], elements: Sequence[str]
) -> Path:
    """Print the tables of a plant, write them with the pictures of it to results/ and answer that folder.

    `liquors`: to show, by the name to show them under. `elements`: whose ways out are drawn.
    """
    folder = Path("results")
    tables = {"banks": bank_table(solution), "liquors": liquor_table(liquors, cations), "sizes": size_table(solution)}
    for name, table in tables.items():
        shown = table[list(SHOWN)] if name == "sizes" else table
        print(f"\n{name}\n{shown.to_string(float_format=lambda value: f'{value:.4g}')}")
        write_csv(folder / f"{name}.csv", table)
    draw_flowsheet(solution, folder / "flowsheet.png")
    draw_sankey(solution, list(elements), folder / "sankey.png")
    print(
        f"\n{len(solution.flowsheet.units)} units, {len(solution.tears)} loops, {solution.passes} passes over loops, "
        f"largest relative imbalance {solution.imbalance:.1e}"
    )
    for unit, notes in solution.warnings.items():
        print(f"note: {unit}: {' '.join(notes)}")
    return folder


def count_written(folder: Path) -> None:
    """Print how many tables and pictures stand in a folder."""
    print(f"\n{len(list(folder.iterdir()))} tables and pictures are in {folder}/")
