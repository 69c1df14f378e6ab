"""Draw the solubility of every solid over the measured points; run this file to write results/solubility.png."""

from pathlib import Path

import fit_solids as fit
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from raffinate.flowsheet.chemistry.database import atomic_masses, table
from raffinate.flowsheet.chemistry.formula import molar_mass, parse
from raffinate.flowsheet.quantities import celsius

PICTURE = Path("results") / "solubility.png"
COLOURS = ("#1f5f8b", "#c4572b", "#3d7d45")


def solids_by_salt() -> dict[str, list[str]]:
    """The solids of each salt that have points."""
    found: dict[str, list[str]] = {}
    for solid, points in fit.points().items():
        found.setdefault(points[0].salt, []).append(solid)
    return found


def stable_lines(salt: str, solids: list[str]) -> dict[str, np.ndarray]:
    """Temperature (degC) and grams of salt in 100 g water, a row each, where each solid is the stable one."""
    grams = 100.0 * molar_mass(parse(salt), atomic_masses())
    found: dict[str, list[tuple[float, float]]] = {}
    for temperature in np.arange(0.0, 100.1, 1.0):
        settled = fit.solution_with(solids, salt, celsius(float(temperature)), {})
        stable = next(solid for solid in solids if settled.amounts[settled.chemistry.phase_index[solid]] > 0.0)
        found.setdefault(stable, []).append((float(temperature), grams * fit.held(settled, salt)))
    return {solid: np.array(line).T for solid, line in found.items()}


def _label(solid: str) -> str:
    """The solid, and where its constant comes from if it was not fitted to the points that are shown."""
    name = solid.removesuffix("(s)")
    if solid in fit.PLANS:
        return name
    constant = table("equilibrium").find(solid, "log_k")
    fitted = constant is not None and constant.note.startswith("fitted")
    return f"{name}, fitted to other points" if fitted else f"{name}, literature, not fitted"


def draw_salt(axes: Axes, salt: str, solids: list[str]) -> None:
    """One salt: the measured points, and the line of the stable solid, dashed where no point was fitted."""
    grams = 100.0 * molar_mass(parse(salt), atomic_masses())
    lines = stable_lines(salt, solids)
    for colour, solid in zip(COLOURS, solids, strict=False):
        measured = np.array([(p.temperature - 273.15, grams * p.molality) for p in fit.points()[solid]]).T
        wide, solubility = lines[solid]
        fitted = (wide >= measured[0].min()) & (wide <= measured[0].max())
        axes.plot(wide, solubility, color=colour, linewidth=0.9, linestyle=(0, (4, 3)))
        axes.plot(wide[fitted], solubility[fitted], color=colour, linewidth=1.7, label=_label(solid))
        axes.plot(*measured, "o", color=colour, markersize=4, markerfacecolor="white")
    axes.set_title(salt, fontsize=10)
    axes.set_xlim(-3.0, 103.0)
    axes.set_ylim(0.0, 1.1 * axes.get_ylim()[1])
    axes.grid(color="#dddddd", linewidth=0.6)
    axes.legend(fontsize=7, frameon=False, loc="lower center")


def draw() -> Figure:
    """All salts, a panel each."""
    salts = solids_by_salt()
    columns = 4
    rows = -(-len(salts) // columns)
    figure = Figure(figsize=(3.4 * columns, 2.7 * rows), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes, (salt, solids) in zip(panels, salts.items(), strict=False):
        draw_salt(axes, salt, solids)
    for axes in panels[len(salts) :]:
        axes.set_axis_off()
    figure.supxlabel(
        "temperature, °C (bold where the points reach, dashed beyond; constants fitted but where said)", fontsize=10
    )
    figure.supylabel("g anhydrous salt in 100 g water", fontsize=10)
    return figure


if __name__ == "__main__":
    PICTURE.parent.mkdir(exist_ok=True)
    draw().savefig(PICTURE, dpi=130)
