"""Everything a reader wants of a solved line: printed, and written to a folder as tables and pictures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas

from .chemistry.formula import parse
from .files import write_csv
from .pictures import draw_flowsheet
from .product_pictures import draw_product_sheet
from .product_sheets import product_sheet as standard_sheet
from .product_sheets import standards
from .report import (
    balance_table,
    exit_table,
    product_sheet,
    reagent_table,
    recovery_table,
    species_table,
    stream_table,
    unit_balance_table,
)
from .sankey import draw_sankey
from .solver import Solution

_TITLES = {"recoveries": "recoveries, % of the feed (a sum above 100: the element also comes in with reagents)"}


def show_results(
    solution: Solution, folder: str | Path, products: Mapping[str, str], feed: str, elements: Sequence[str]
) -> dict[str, Path]:
    """Print the tables of a solution and write them and its pictures to `folder`; answers what was written.

    `products`: outlet by which each product leaves, and its main solid; where a standard is of that solid, the product is
    held against it. `feed`: what recoveries are counted from.
    `elements`: whose ways out are listed and drawn. Raises `DataError` for a name that the solution does not have.
    """
    tables = {
        "streams": stream_table(solution),
        "species": species_table(solution),
        "reagents": reagent_table(solution),
        "recoveries": recovery_table(solution, {main: outlet for outlet, main in products.items()}, feed),
        "plant_balance": balance_table(solution),
        "unit_balances": unit_balance_table(solution),
    }
    tables |= {f"exits_{element}": exit_table(solution, element) for element in elements}
    for outlet, main in products.items():
        if outlet in solution.streams and solution.streams[outlet].solids.mass == 0.0:
            print(f"{outlet}: no {main} came down")
        else:
            tables[f"product_{_plain(main)}"] = product_sheet(solution, outlet, main)
    print(f"\nstreams\n{_printed(_in_short(tables['streams'], elements))}")
    for name, table in tables.items():
        if name not in {"species", "streams", "unit_balances"}:
            print(f"\n{_TITLES.get(name, name.replace('_', ' '))}\n{_printed(table)}")
    _print_summary(solution)
    target = Path(folder)
    written = {name: write_csv(target / f"{name}.csv", table) for name, table in tables.items()}
    draw_flowsheet(solution, target / "flowsheet.png")
    draw_sankey(solution, list(elements), target / "sankey.png")
    written |= {"flowsheet": target / "flowsheet.png", "sankey": target / "sankey.png"}
    written |= _hold_against_standards(solution, products, target)
    print(f"\n{len(written)} tables and pictures are in {target}/")
    return written


def _hold_against_standards(solution: Solution, products: Mapping[str, str], target: Path) -> dict[str, Path]:
    """Print the sheet of every product that a standard is of, and write it with its picture."""
    written = {}
    for outlet, main in products.items():
        for name, standard in standards().items():
            if standard.main == main and solution.streams[outlet].solids.mass > 0.0:
                sheet = standard_sheet(solution, outlet, standard)
                print(f"\n{sheet.text()}")
                written[f"standard_{name}"] = sheet.write(target / f"standard_{name}.csv")
                picture = target / f"standard_{name}.png"
                written[f"standard_{name}_picture"] = draw_product_sheet(sheet, picture)
    return written


def _in_short(streams: pandas.DataFrame, elements: Sequence[str]) -> pandas.DataFrame:
    """Keep what fits a line: mass, volume, temperature, pH, and g/L of the components of these elements."""
    dissolved = [column for column in streams.columns if column.endswith(" g/L")]
    wanted = [c for c in dissolved if set(parse(c.removesuffix(" g/L")).elements) & set(elements)]
    return streams.loc[:, ["mass kg/h", "liquor m3/h", "temperature degC", "pH", *wanted]]


def _print_summary(solution: Solution) -> None:
    print(
        f"\n{len(solution.flowsheet.units)} units, {len(solution.tears)} loops, {solution.passes} passes over loops, ",
        end="",
    )
    print(f"{solution.unit_calls} unit calls; torn: {'; '.join(', '.join(keys) for keys in solution.tears)}")
    plant = solution.plant
    print(f"largest relative imbalance over the plant: {plant.worst:.1e}, ", end="")
    print(f"of mass {abs(plant.mass_error):.1e}, of charge {abs(plant.charge_error):.1e}")
    for unit, sentences in solution.warnings.items():
        for sentence in sentences:
            print(f"note: {unit}: {sentence}")


def _plain(solid: str) -> str:
    return solid.removesuffix("(s)")


def _printed(table: pandas.DataFrame) -> str:
    """Answer a table as text, numbers to four digits and nothing where there is nothing."""
    return table.map(_cell).to_string()


def _cell(value: object) -> object:
    if isinstance(value, float):
        return "" if math.isnan(value) else _number(value)
    return "" if value is pandas.NA else value


def _number(value: float) -> str:
    return f"{value:,.4g}" if abs(value) < 10000 else f"{value:,.0f}"
