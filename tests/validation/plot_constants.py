"""Draw sparing solids over every constant that is published of them; writes results/hydroxides.png and results/constants.png.

None of these constants is fitted. The engine has one of literature for each, the databases and handbooks have others: the
band is what they span, and a point is where a published constant puts the solubility. Of magnesium fluoride there is one
measured solubility; of the others none is at hand, and none is drawn.

On the hydroxides a point is set beside the engine's line by the difference of the constants, for beside little metal a
solubility goes with its constant, whatever else the liquor holds.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import fit_solids
import numpy as np
import pandas
import sparing
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from raffinate.flowsheet import Stream
from raffinate.flowsheet.analysis import AgainstDose, AgainstPh, precipitation_table
from raffinate.flowsheet.charts import written
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.chemistry.database import all_species
from raffinate.flowsheet.sweeps import Axis

HYDROXIDES, CONSTANTS = Path("results") / "hydroxides.png", Path("results") / "constants.png"
_MOST = 0.7  # log10 of mol/kg, up to which a solubility is sought
_TOP = 0.0  # log10 of mol/kg, where the panels of hydroxides end
FRESH, AGED, INK = "#1f5f8b", "#c4572b", "#333333"
# Of each source: its name in a legend, its mark, the height (log10 of mol/kg) where its points stand on hydroxides.
SOURCES = {
    "minteq4": ("minteq.v4.dat", "o", -2.0),
    "llnl": ("llnl.dat", "s", -2.5),
    "wateq4f": ("wateq4f.dat", "^", -3.0),
    "blanc2012": ("Thermoddem, recalled", "D", -3.5),
    "gamsjager2005": ("NEA nickel, recalled", "v", -4.0),
    "newfound2025": ("CRC Handbook", "P", -4.5),
}
COLOURS = dict(zip(SOURCES, ("#1f5f8b", "#2f9c95", "#3d7d45", "#8e3b6e", "#b58900", "#c4572b"), strict=True))
# Of each solid: the elements, the liquor (kg) it is asked in and how that reads, the axis.
SODA = {"H2O": 1.0, "Na2CO3": 0.0106}
LIQUORS: dict[str, tuple[str, dict[str, float], str, Axis]] = {
    "MgF2(s)": ("Mg F Na", {"H2O": 1.0}, "in sodium fluoride", AgainstDose("NaF", 0.1)),
    "FePO4.2H2O(s)": ("Fe P S Na", {"H2O": 1.0, "H3PO4": 0.0098}, "0.1 mol/kg phosphoric acid", AgainstPh(1.2, 3.0)),
    "FeCO3(s)": ("Fe C S Na", SODA, "0.1 mol/kg carbonate", AgainstPh(6.5, 9.5)),
    "MnCO3(s)": ("Mn C S Na", SODA, "0.1 mol/kg carbonate", AgainstPh(6.5, 9.5)),
    "CoCO3(s)": ("Co C S Na", SODA, "0.1 mol/kg carbonate", AgainstPh(6.5, 9.5)),
    "NiCO3(s)": ("Ni C S Na", SODA, "0.1 mol/kg carbonate", AgainstPh(6.5, 9.5)),
    "ZnCO3(s)": ("Zn C S Na", SODA, "0.1 mol/kg carbonate", AgainstPh(6.5, 9.5)),
}


@dataclass(frozen=True)
class Constant:
    """A published log10 K of dissolution at 25 degC, and whether it was recalled."""

    log_k: float
    source: str
    recalled: bool


def published(*files: str) -> dict[str, list[Constant]]:
    """The constants of `data/hydroxides.csv` and the like, by formula."""
    found: dict[str, list[Constant]] = {}
    for name in files:
        with (sparing.DATA / name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                constant = Constant(float(row["log_k"]), row["source"], row["note"].startswith("recalled"))
                found.setdefault(row["solid"], []).append(constant)
    return found


def own(solid: str) -> float:
    """log10 K of the engine at 25 degC."""
    log_k = all_species()[solid].log_k
    assert log_k is not None
    return log_k


def solubility(stream: Stream, solid: str, axis: Axis) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates, and log10 of mol/kg of metal beside a solid where it is saturated."""
    table = precipitation_table(stream, axis, solid)[solid].dropna()
    return table.index.to_numpy(), table.astype("float64").to_numpy()


def ph_at(ph: np.ndarray, left: np.ndarray, level: float) -> float | None:
    """pH where a falling line passes a level; None where it does not come so low or so high."""
    lowest = int(np.argmin(left))
    falling = left[: lowest + 1]
    if not falling[-1] <= level <= falling[0]:
        return None
    return float(np.interp(-level, -falling, ph[: lowest + 1]))


def draw_hydroxide(axes: Axes, ion: str, constants: Sequence[Constant]) -> int:
    """One metal: the lines of its fresh and its aged hydroxide, and a point for each constant; the number of points."""
    fresh, aged, _, _ = sparing.HYDROXIDES[ion]
    stream = Stream.of(Chemistry([ion.rstrip("+23"), "S", "Na"]), {"H2O": 1.0, "Na2SO4": 0.0071})
    lines = {}
    for solid, colour, style, age in ((fresh, FRESH, "-", "fresh"), (aged, AGED, "--", "aged")):
        lines[solid] = ph, left = solubility(stream, solid, AgainstPh(1.0, 14.0))
        label = f"{age}: {written(solid)}, log K {own(solid):.2f}"
        axes.plot(ph, left, style, color=colour, linewidth=1.6, label=label.replace("-", "−"))
        if left[0] < _TOP:  # at the pH before it 5 mol/kg do not saturate
            axes.plot(
                [ph[0] - np.diff(ph).min(), ph[0]], [_MOST, left[0]], ":", color=colour, linewidth=1.6, gid="jump"
            )
    ph = np.linspace(1.0, 14.0, 261)
    low, high = (np.interp(ph, *lines[solid], left=9.0, right=9.0) for solid in (aged, fresh))
    axes.fill_between(ph, low, high, color=FRESH, alpha=0.10, linewidth=0.0)
    drawn = 0
    for constant in constants:
        _, mark, height = SOURCES[constant.source]
        by_distance = sorted((fresh, aged), key=lambda solid: abs(own(solid) - constant.log_k))
        places = (ph_at(*lines[solid], height + own(solid) - constant.log_k) for solid in by_distance)
        place = next(place for place in places if place is not None)
        face = "white" if constant.recalled else COLOURS[constant.source]
        axes.plot([place], [height], mark, color=COLOURS[constant.source], markersize=5, markerfacecolor=face)
        drawn += 1
    first = ph_at(*lines[aged], min(-2.0, lines[aged][1].max()))
    axes.set_xlim(max(1.0, (first or 1.0) - 0.7), min(14.0, (first or 1.0) + 5.3))
    axes.set_ylim(-7.0, _TOP)
    axes.set_title(written(ion), fontsize=10, loc="left")
    axes.legend(fontsize=7, frameon=False, loc="upper right")
    axes.set_xlabel("pH", fontsize=8)
    axes.grid(color="#dddddd", linewidth=0.6)
    return drawn


def draw_hydroxides() -> Figure:
    """All hydroxides, a panel each."""
    figure = Figure(figsize=(13.0, 11.0), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    constants = published("hydroxides.csv", "sparing_constants.csv")
    for axes, ion in zip(figure.subplots(3, 3).ravel(), sparing.HYDROXIDES, strict=True):
        draw_hydroxide(axes, ion, constants[sparing.HYDROXIDES[ion][0].rpartition("(")[0]])
    _sources(figure)
    figure.supylabel("log₁₀ of metal in the liquor, mol/kg water", fontsize=10)
    figure.suptitle(
        "Hydroxides at 25 °C in 0.05 mol/kg Na₂SO₄, pH by H₂SO₄ or NaOH: the lines are the engine's two constants, both of\n"
        "literature, nothing is fitted; a point is a published constant, at the pH where its solid would leave that much metal\n"
        "(a height for each source); a line ends where 5 mol/kg of metal do not saturate the liquor, dotted where it leaps to\n"
        "there in a step of 0.13 in pH",
        fontsize=10,
    )
    return figure


def draw_solid(axes: Axes, solid: str, constants: Sequence[Constant]) -> None:
    """One solid: the engine's line, those of the other constants, the band that they span, what is measured."""
    _, _, liquor, axis = LIQUORS[solid]
    lines = [line_with(solid, constant.log_k) for constant in constants]
    x, left = line_with(solid, own(solid))
    every = np.array([np.where(np.isfinite(line), line, _MOST) for _, line in lines])
    axes.fill_between(x, every.min(axis=0), every.max(axis=0), color="#999999", alpha=0.18, linewidth=0.0)
    unsaturated = []
    for constant, (_, line) in zip(constants, lines, strict=True):
        name, mark, _ = SOURCES[constant.source]
        colour = COLOURS[constant.source]
        if not np.isfinite(line).any():
            unsaturated.append(f"{name} ({constant.log_k:.1f})")
            continue
        at = int((0.10 + 0.15 * list(SOURCES).index(constant.source)) * (len(x) - 1))
        axes.plot(x, line, color=colour, linewidth=0.8, alpha=0.7)
        face = "white" if constant.recalled else colour
        axes.plot(x[at], line[at], mark, color=colour, markersize=5.5, markerfacecolor=face)
    axes.plot(x, left, color=INK, linewidth=2.0, label=f"engine, log K {own(solid):.2f}".replace("-", "−"))
    for point in fit_solids.points().get(solid, ()):
        measured = {"label": "measured in water, CRC Handbook", "linestyle": "none", "clip_on": False}
        star = {"marker": "*", "markersize": 11, "markerfacecolor": "white", "color": "black", "zorder": 5}
        axes.plot([0.0], [np.log10(point.molality)], **star, **measured)
    if unsaturated:
        text = f"{', '.join(unsaturated)}: not saturated by 5 mol/kg".replace("-", "−")
        axes.text(0.03, 0.03, text, transform=axes.transAxes, fontsize=7, color=INK)
    spread = f"{min(c.log_k for c in constants):.1f} to {max(c.log_k for c in constants):.1f}".replace("-", "−")
    axes.set_title(f"{written(solid)}, {liquor}\npublished log K {spread}", fontsize=9, loc="left")
    axes.set_xlabel("NaF, mol/kg water" if isinstance(axis, AgainstDose) else "pH", fontsize=8)
    axes.margins(x=0.0)
    axes.legend(fontsize=7, frameon=False, loc="upper right")
    axes.grid(color="#dddddd", linewidth=0.6)


def line_with(solid: str, log_k: float) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates and log10 of mol/kg of metal beside a solid with some constant, not a number where it is not saturated."""
    elements, held, _, axis = LIQUORS[solid]
    table = precipitation_table(Stream.of(Chemistry(elements), held), axis, solid, log_k={solid: log_k})
    left = [float("nan") if value is pandas.NA else float(value) for value in table[solid]]
    return table.index.to_numpy(), np.array(left)


def draw_constants() -> Figure:
    """All solids that have a constant of literature and no fit, a panel each."""
    figure = Figure(figsize=(15.0, 7.5), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    panels = figure.subplots(2, 4).ravel()
    constants = published("sparing_constants.csv")
    for axes, solid in zip(panels, LIQUORS, strict=False):
        draw_solid(axes, solid, constants[solid.removesuffix("(s)")])
    panels[-1].set_axis_off()
    _sources(figure)
    figure.supylabel("log₁₀ of metal in the liquor, mol/kg water", fontsize=10)
    figure.suptitle(
        "Solids with a constant of literature alone, at 25 °C, pH by H₂SO₄ or NaOH: nothing is fitted; thin lines are the engine "
        "with other published constants, the band is what they span",
        fontsize=10,
    )
    return figure


def _sources(figure: Figure) -> None:
    """A legend of the sources below the panels; a hollow mark is a number that was recalled."""
    marks = []
    for source, (name, mark, _) in SOURCES.items():
        face = "white" if "recalled" in name else COLOURS[source]
        marks += figure.axes[0].plot(
            [], [], mark, color=COLOURS[source], markerfacecolor=face, markersize=5.5, label=name
        )
    figure.legend(handles=marks, loc="outside lower center", ncols=len(SOURCES), fontsize=8, frameon=False)


if __name__ == "__main__":
    HYDROXIDES.parent.mkdir(exist_ok=True)
    draw_hydroxides().savefig(HYDROXIDES, dpi=130)
    draw_constants().savefig(CONSTANTS, dpi=130)
