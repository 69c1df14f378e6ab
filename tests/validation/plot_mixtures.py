"""Draw the liquors of two salts over the measured points; run this file to write results/mixtures.png."""

from pathlib import Path

import fit_mixtures as fit
import numpy as np
from caustic import caustic_liquors, sulfate_beside
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from pitzer_reference import Table, read
from scipy.optimize import brentq

PICTURE = Path("results") / "mixtures.png"
COLOURS = ("#1f5f8b", "#c4572b", "#3d7d45", "#7b5ea7")
METALS = {"Ni": COLOURS[0], "Co": COLOURS[1]}
FAMILIES = {"Na2SO4": "Na2{}(SO4)2.4H2O(s)", "(NH4)2SO4": "(NH4)2{}(SO4)2.6H2O(s)"}
FIELDS = ("Na2SO4.10H2O(s)", "Na3Li(SO4)2.6H2O(s)", "LiNaSO4(s)", "Li2SO4.H2O(s)")
ROOM = 298.15


def congruent(table: Table, constant: fit.Constant, solid: str, salts: tuple[str, str], kelvin: float) -> float:
    """Molality of a double salt in its own solution."""

    def excess(molality: float) -> float:
        return fit.ln_products(table, dict.fromkeys(salts, molality), kelvin, [solid])[0] - constant.at(kelvin)

    return float(brentq(excess, 0.01, 5.0))


def draw_double_salts(axes: Axes, table: Table, constants: dict[str, fit.Constant], second: str) -> None:
    """Grams of a double salt without its water in 100 g of water, against temperature."""
    for metal, colour in METALS.items():
        solid, salts = FAMILIES[second].format(metal), (f"{metal}SO4", second)
        grams = 0.1 * sum(fit.MOLAR_MASS[salt] for salt in salts)
        points = [q for q in fit.liquors() if q.solids == (solid,)]
        degrees = np.linspace(min(q.kelvin for q in points), max(q.kelvin for q in points), 40)
        line = [grams * congruent(table, constants[solid], solid, salts, float(t)) for t in degrees]
        measured = [0.1 * sum(m * fit.MOLAR_MASS[name] for name, m in q.salts.items()) for q in points]
        axes.plot(degrees - 273.15, line, color=colour, label=solid.removesuffix("(s)"))
        axes.plot(
            [q.kelvin - 273.15 for q in points], measured, "o", color=colour, markersize=4, markerfacecolor="white"
        )
    axes.set(title=f"double salts with {second}", xlabel="temperature, °C", ylabel="g in 100 g water")


def field(table: Table, constants: dict[str, fit.Constant], lithium: float) -> tuple[float, str]:
    """(mol/kg of Na2SO4 at saturation beside Li2SO4 at 25 degC; the solid)."""
    found = []
    for solid in FIELDS[:3]:
        ln_k = constants[solid].at(ROOM)
        try:
            found.append((fit.along(table, ROOM, ("Li2SO4", lithium), "Na2SO4", solid, ln_k), solid))
        except ValueError:  # nowhere saturated
            continue
    return min(found)


def draw_fields(axes: Axes, table: Table, constants: dict[str, fit.Constant]) -> None:
    """Sulfates of lithium and sodium at 25 degC, mol/kg: the solid each liquor is saturated with."""
    grid = [(m, *field(table, constants, float(m))) for m in np.linspace(0.02, 3.1, 90)]
    ln_k = constants[FIELDS[3]].at(ROOM)
    saturated = [
        fit.ln_products(table, {"Li2SO4": lithium, "Na2SO4": sodium}, ROOM, [FIELDS[3]])[0] > ln_k
        for lithium, sodium, _ in grid
    ]
    lines: dict[str, list[tuple[float, float]]] = {solid: [] for solid in FIELDS}
    for (lithium, sodium, solid), beyond in zip(grid, saturated, strict=True):
        if not beyond:
            lines[solid].append((lithium, sodium))
    for sodium in np.linspace(0.0, grid[saturated.index(True)][1], 12):
        beside = ("Na2SO4", float(sodium))
        lines[FIELDS[3]].append((fit.along(table, ROOM, beside, "Li2SO4", FIELDS[3], ln_k), float(sodium)))
    for colour, (solid, line) in zip(COLOURS, lines.items(), strict=True):
        axes.plot(*np.array(line).T, color=colour, label=solid.removesuffix("(s)"))
    points = [q.salts for q in fit.liquors() if "LiNaSO4(s)" in q.solids]
    axes.plot([q["Li2SO4"] for q in points], [q["Na2SO4"] for q in points], "ko", markersize=4, markerfacecolor="white")
    axes.set(title="Li2SO4 and Na2SO4, 25 °C", xlabel="Li2SO4, mol/kg", ylabel="Na2SO4, mol/kg")


def draw_caustic(axes: Axes) -> None:
    """Thenardite in caustic at 90 degC, mol/kg."""
    measured = caustic_liquors()
    grid = np.linspace(0.0, max(caustic for caustic, _ in measured), 25)
    axes.plot(grid, [sulfate_beside(float(caustic)) for caustic in grid], color=COLOURS[0], label="Na2SO4")
    axes.plot(*np.array(measured).T, "o", color=COLOURS[0], markersize=4, markerfacecolor="white")
    axes.set(title="Na2SO4 in NaOH, 90 °C", xlabel="NaOH, mol/kg", ylabel="Na2SO4, mol/kg")


def draw() -> Figure:
    """Four panels."""
    table = read()
    constants, _ = fit.constants(table)
    figure = Figure(figsize=(9.6, 7.2), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    panels = figure.subplots(2, 2).ravel()
    draw_fields(panels[0], table, constants)
    draw_caustic(panels[1])
    for axes, second in zip(panels[2:], FAMILIES, strict=True):
        draw_double_salts(axes, table, constants, second)
    for axes in panels:
        axes.set_ylim(bottom=0.0)
        axes.grid(color="#dddddd", linewidth=0.6)
        axes.legend(fontsize=8, frameon=False)
    return figure


if __name__ == "__main__":
    PICTURE.parent.mkdir(exist_ok=True)
    draw().savefig(PICTURE, dpi=130)
