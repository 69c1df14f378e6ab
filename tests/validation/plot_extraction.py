"""Draw extraction over the measured points; run this file to write results/extraction.png."""

from pathlib import Path

import extraction_bench as bench
import extraction_scores as scores
import fit_extraction as fit
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

PICTURE = Path("results") / "extraction.png"
COLOURS = {
    "Mn+2": "#c4572b",
    "Co+2": "#7b5ea7",
    "Ni+2": "#3d7d45",
    "Li+": "#1f5f8b",
    "Na+": "#888888",
    "Cu+2": "#b08a2e",
    "Zn+2": "#5a8f9e",
    "Mg+2": "#b34d6d",
    "Ca+2": "#4d4d4d",
    "Al+3": "#111111",
}


def draw_curve(axes: Axes) -> None:
    """Percent on Cyanex 272 against pH; the marks are the two digitisations."""
    chemistry = bench.chemistry("Mn Co Ni Li Na S", "Cyanex 272")
    feed, oil = bench.liquor(chemistry, fit.FEED), bench.organic(chemistry, "Cyanex 272", 0.8, 2.5)
    grid = np.linspace(2.5, 8.0, 45)
    found = list(bench.at_phs(chemistry, "Cyanex 272", feed, oil, grid.tolist()).values())
    for cation in fit.CATIONS:
        axes.plot(grid, [bench.percent(f, cation) for f in found], color=COLOURS[cation], label=bench.element(cation))
        for mark, digitisation in (("o", "A"), ("s", "B")):
            points = [(ph, e) for c, ph, e in fit.curve_points(digitisation) if c == cation]
            axes.plot(*np.array(points).T, mark, color=COLOURS[cation], markersize=3.5, markerfacecolor="white")
    axes.set(title="Cyanex 272, 0.8 mol/L (circles A, squares B)", xlabel="pH", ylabel="extracted, %")


def draw_plateau(axes: Axes) -> None:
    """Percent of lithium on D2EHPA against pH."""
    chemistry = bench.chemistry("Li Na S", "D2EHPA")
    feed, oil = bench.liquor(chemistry, {"Li+": 2.52}), bench.organic(chemistry, "D2EHPA", 0.8, 1.0)
    grid = np.linspace(2.5, 8.5, 40)
    found = bench.at_phs(chemistry, "D2EHPA", feed, oil, grid.tolist())
    axes.plot(grid, [bench.percent(f, "Li+") for f in found.values()], color=COLOURS["Li+"], label="Li")
    axes.plot(*np.array(fit.lithium_curve()).T, "o", color=COLOURS["Li+"], markersize=4, markerfacecolor="white")
    axes.set(title="D2EHPA, 0.8 mol/L", xlabel="pH", ylabel="extracted, %")


def draw_isotherms(axes: Axes) -> None:
    """Equivalents per litre of D2EHPA against the metal in the liquor fed."""
    for cation in [*fit.D2EHPA_METALS, "Al+3", "Li+"]:
        rows, z = fit.isotherm(cation), bench.charge(cation)
        aqueous = np.array([float(row["aqueous_mg_l"]) for row in rows]) / 1000.0 / bench.MASS[cation]
        organic = z * np.array([float(row["organic_mg_l"]) for row in rows]) / 1000.0 / bench.MASS[cation]
        calculated = organic * 10.0 ** scores.isotherm_errors(cation)
        axes.plot(aqueous, calculated, color=COLOURS[cation], label=bench.element(cation))
        axes.plot(aqueous, organic, "o", color=COLOURS[cation], markersize=4, markerfacecolor="white")
    axes.set_xscale("log")
    axes.set(title="D2EHPA, single metals", xlabel="liquor, mol/L", ylabel="organic, eq/L")


def draw_pilots(axes: Axes) -> None:
    """Nickel in the raffinate of the pilots, measured, blind, and with one share of the sodium hydroxide."""
    cases = ["Data1", "Data2", "Data3", "Data4", "Data6"]
    at = np.arange(len(cases))
    measured = np.array([float(scores.pilot_row(case)["raffinate_Ni_g_l"]) for case in cases])
    blind = np.array([scores.pilot_error(case, "Ni") for case in cases]) + measured
    axes.bar(at - 0.2, measured, 0.4, color="#bbbbbb", label="measured")
    axes.bar(at + 0.2, blind, 0.4, color=COLOURS["Ni+2"], label="blind")
    axes.set_xticks(at, cases)
    axes.set(title="pilot cascades, five stages", ylabel="Ni in the raffinate, g/L")


def draw_preload(axes: Axes) -> None:
    """Nickel in the raffinate of the nickel circuit, day by day."""
    days, held = scores.preload(held=False), scores.preload(held=True)
    place = {day.date: k for k, day in enumerate(held)}
    axes.plot(
        [place[d.date] for d in held],
        [d.nickel[1] for d in held],
        "ko",
        markersize=4,
        markerfacecolor="white",
        label="measured",
    )
    axes.plot(
        [place[d.date] for d in days],
        [d.nickel[0] for d in days],
        "s",
        color=COLOURS["Co+2"],
        markersize=4,
        label="NaOH as fed",
    )
    axes.plot(
        [place[d.date] for d in held], [d.nickel[0] for d in held], color=COLOURS["Ni+2"], label="at the raffinate's pH"
    )
    axes.set(title="nickel circuit, three stages", xlabel="day of the log", ylabel="Ni in the raffinate, g/L")


def draw_base(axes: Axes) -> None:
    """pH from the base weighed against the pH measured, of the isotherms."""
    for cation in [*fit.D2EHPA_METALS, "Al+3", "Li+"]:
        calculated, measured = np.array(scores.dosed_ph(cation)).T
        axes.plot(measured, calculated, "o", color=COLOURS[cation], markersize=4, label=bench.element(cation))
    axes.plot([1.0, 7.0], [1.0, 7.0], color="#999999", linewidth=0.8)
    axes.set(title="D2EHPA, pH from the base weighed", xlabel="pH measured", ylabel="pH calculated")


def draw() -> Figure:
    """Six panels."""
    figure = Figure(figsize=(13.0, 7.6), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    panels = figure.subplots(2, 3).ravel()
    for panel, drawn in zip(
        panels, (draw_curve, draw_plateau, draw_isotherms, draw_pilots, draw_preload, draw_base), strict=True
    ):
        drawn(panel)
        panel.set_axisbelow(True)
        panel.grid(color="#dddddd", linewidth=0.6)
        panel.legend(fontsize=7, frameon=False)
    return figure


if __name__ == "__main__":
    PICTURE.parent.mkdir(exist_ok=True)
    draw().savefig(PICTURE, dpi=130)
