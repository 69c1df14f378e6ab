"""Draw gypsum, anhydrite, calcite, lithium carbonate and the hydroxides over what was measured; writes results/sparing.png."""

from pathlib import Path

import fit_gypsum as gypsum
import fit_solids
import numpy as np
import plot_constants
import sparing
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from raffinate.flowsheet.chemistry.database import all_species
from raffinate.flowsheet.quantities import celsius

PICTURE = Path("results") / "sparing.png"
COLOURS = ("#1f5f8b", "#2f9c95", "#3d7d45", "#b58900", "#c4572b", "#8e3b6e", "#555555")


def _line(solid: str, salt: str, kelvin: float, least: float, most: float) -> tuple[np.ndarray, np.ndarray]:
    if solid == gypsum.GLAUBERITE:
        beside = np.linspace(least, most, 15)
        found, table = gypsum.fit(), gypsum.read()
        points = [gypsum.Point(solid, kelvin, salt, float(m), 0.01) for m in beside]
        return beside, np.array([1e3 * gypsum.solubility(table, found.constants, p) for p in points])
    beside = np.concatenate([np.linspace(0.0, 0.2, 9), np.linspace(0.3, most, 15)])
    points = [gypsum.Point(solid, kelvin, salt, float(m), 0.01) for m in beside]
    return beside, np.array([1e3 * sparing.held(sparing.beside_gypsum(p), "Ca+2") for p in points])


def draw_calcium_sulfate(axes: Axes, solid: str, salt: str) -> None:
    """One solid in one salt: a line and the points of each temperature."""
    own = [p for p in gypsum.points() if (p.solid, p.salt) == (solid, salt) and (p.beside > 0.0 or p.kelvin > 370.0)]
    for colour, kelvin in zip(COLOURS, sorted({p.kelvin for p in own}), strict=False):
        here = [(p.beside, 1e3 * p.molality) for p in own if p.kelvin == kelvin]
        axes.plot(*_line(solid, salt, kelvin, min(here)[0], max(here)[0]), color=colour, linewidth=1.4)
        axes.plot(
            *np.array(here).T,
            "o",
            color=colour,
            markersize=3.5,
            markerfacecolor="white",
            label=f"{kelvin - 273.15:g} °C",
        )
    axes.set_title(f"{gypsum.NAMES[solid].lower()} in {salt}", fontsize=10)
    axes.set_xlabel(f"mol/kg {salt}", fontsize=8)
    axes.set_ylabel("mmol/kg CaSO4", fontsize=8)


def draw_calcium_sulfate_in_water(axes: Axes) -> None:
    """Gypsum and anhydrite in water over temperature."""
    degrees = np.arange(0.0, 100.1, 4.0)
    for colour, solid in zip((COLOURS[0], COLOURS[4]), (gypsum.GYPSUM, gypsum.ANHYDRITE), strict=True):
        line = [sparing.beside_gypsum(gypsum.Point(solid, celsius(float(c)), "NaCl", 0.0, 0.01)) for c in degrees]
        axes.plot(degrees, [1e3 * sparing.held(e, "Ca+2") for e in line], color=colour, linewidth=1.4)
        own = [(p.kelvin - 273.15, 1e3 * p.molality) for p in gypsum.points() if p.solid == solid and p.beside == 0.0]
        axes.plot(
            *np.array(own).T,
            "o",
            color=colour,
            markersize=3.5,
            markerfacecolor="white",
            label=solid.removesuffix("(s)"),
        )
    axes.set_title("calcium sulfate in water", fontsize=10)
    axes.set_xlabel("°C", fontsize=8)
    axes.set_ylabel("mmol/kg CaSO4", fontsize=8)


def draw_calcite(axes: Axes) -> None:
    """Calcite under an atmosphere of carbon dioxide."""
    degrees = np.arange(0.0, 100.1, 4.0)
    line = [1e3 * sparing.calcite_under_gas(float(c)) for c in degrees]
    axes.plot(degrees, line, color=COLOURS[0], linewidth=1.4)
    measured = np.array(sparing.calcite_points()).T * np.array([[1.0], [1e3]])
    axes.plot(*measured, "o", color=COLOURS[0], markersize=3.5, markerfacecolor="white", label="calcite, 1 bar CO2")
    axes.set_title("calcite under CO2", fontsize=10)
    axes.set_xlabel("°C", fontsize=8)
    axes.set_ylabel("mmol/kg Ca", fontsize=8)


def draw_lithium_carbonate(axes: Axes) -> None:
    """Lithium carbonate beside salts, of which no measurements are at hand, from those in water."""
    beside = np.concatenate([np.linspace(0.0, 0.5, 6), np.linspace(0.75, 3.0, 10)])
    water = {p.temperature: 1e3 * p.molality for p in fit_solids.points()["Li2CO3(s)"]}
    for degrees, style in ((25.0, "-"), (90.0, "--")):
        kelvin = celsius(degrees)
        for colour, salt in zip(COLOURS[::2], ("Na2SO4", "NaCl", "Na2CO3"), strict=False):
            line = [
                1e3 * fit_solids.solubility("Li2CO3(s)", "Li2CO3", kelvin, {salt: float(m)} if m else None)
                for m in beside
            ]
            axes.plot(beside, line, style, color=colour, linewidth=1.4, label=f"{salt}, {degrees:g} °C")
        axes.plot([0.0], [water[kelvin]], "o", color="black", markersize=4, markerfacecolor="white")
    axes.set_title("Li2CO3 in salts (measured in water only)", fontsize=10)
    axes.set_xlabel("mol/kg of the salt", fontsize=8)
    axes.set_ylabel("mmol/kg Li2CO3", fontsize=8)


def draw_hydroxides(axes: Axes) -> None:
    """pH at which 1 per cent of 0.01 mol/kg is left: from the aged solid to the fresh one, and by published constants."""
    ions = list(sparing.HYDROXIDES)
    constants = plot_constants.published("hydroxides.csv")
    for row, (ion, (fresh, aged, _, _)) in enumerate(sparing.HYDROXIDES.items()):
        low, high = (sparing.ph_that_leaves(0.01, ion, solid) for solid in (aged, fresh))
        axes.plot([low, high], [row, row], color=COLOURS[0], linewidth=5, solid_capstyle="butt")
        spread = float(all_species()[fresh].log_k or 0.0) - float(all_species()[aged].log_k or 0.0)
        axes.text(14.9, row, f"Δ log K {spread:.1f}", fontsize=7, va="center", ha="right")
        for constant in constants[fresh.rpartition("(")[0]]:
            near = min((fresh, aged), key=lambda solid: abs(plot_constants.own(solid) - constant.log_k))
            # beside so little metal a solid of another constant leaves that much more or less of it
            share = 0.01 * 10.0 ** (plot_constants.own(near) - constant.log_k)
            place = sparing.ph_that_leaves(share, ion, near)
            face = "white" if constant.recalled else "black"
            axes.plot([place], [row], "o", color="black", markersize=3.0, markerfacecolor=face)
    axes.set_yticks(range(len(ions)), ions, fontsize=8)
    axes.set_xlim(1.5, 15.0)
    axes.set_title(
        "99 % down: aged to fresh hydroxide, 25 °C\npoints: published constants, hollow recalled", fontsize=10
    )
    axes.set_xlabel("pH", fontsize=8)


def draw() -> Figure:
    """All panels."""
    figure = Figure(figsize=(18.0, 8.0), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    panels = figure.subplots(2, 5, squeeze=False).ravel()
    draw_calcium_sulfate(panels[0], gypsum.GYPSUM, "NaCl")
    draw_calcium_sulfate(panels[1], gypsum.GYPSUM, "Na2SO4")
    draw_calcium_sulfate(panels[2], gypsum.ANHYDRITE, "NaCl")
    draw_calcium_sulfate(panels[3], gypsum.ANHYDRITE, "Na2SO4")
    draw_calcium_sulfate(panels[4], gypsum.GLAUBERITE, "Na2SO4")
    draw_calcium_sulfate_in_water(panels[5])
    draw_calcite(panels[6])
    draw_lithium_carbonate(panels[7])
    draw_hydroxides(panels[8])
    for axes in panels[:8]:
        axes.set_ylim(bottom=0.0)
        axes.legend(fontsize=7, frameon=False)
    for axes in panels[:9]:
        axes.grid(color="#dddddd", linewidth=0.6)
    figure.delaxes(panels[9])
    figure.suptitle(
        "Lines: calcium sulfates are fitted (fit_gypsum.py), Li2CO3 to points in water "
        "(fit_solids.py); calcite and the hydroxides have constants of literature. Points: measured but where said",
        fontsize=10,
    )
    return figure


if __name__ == "__main__":
    PICTURE.parent.mkdir(exist_ok=True)
    draw().savefig(PICTURE, dpi=130)
