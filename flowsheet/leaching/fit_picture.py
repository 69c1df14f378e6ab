"""The picture of a leaching fit: the law through the readings, residuals, and each curve's own rate against 1/T."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from scipy.optimize import minimize_scalar

from ..charts import COLOURS, DASHES, GREY, Chart, finish, name_axes, panels
from ..quantities import kilojoule, minute, mol_per_litre, to_celsius
from .curves import BatchCurve
from .rates import RateLaw

_SIZE = 3.4
_POINTS = 81
_REACH = 6.0  # of ln time about the law's, within which a curve's own rate is sought


def draw_leaching_fit(law: RateLaw, curves: Sequence[BatchCurve], path: str | Path | None = None) -> Figure:
    """Draw a law through batch curves, to a file where a `path` is given.

    Frames: conversion against time, a colour for each curve; residuals in standard uncertainties against time; the rate at
    the reference concentrations that each curve has for itself, against the reciprocal temperature, with the law's line.
    """
    heads = ["conversion", "residuals"] + (["rate"] if len({curve.temperature for curve in curves}) > 1 else [])
    note = f"{law.law}, {law.complete_time / minute:.3g} min at {to_celsius(law.reference_temperature):.4g} °C"
    note += f", {law.activation_energy / kilojoule:.3g} kJ/mol; dots: measured, lines: calculated"
    figure, drawn = panels(f"Batch leaching: {law.name}", note, heads, len(heads), (190.0, 150.0))
    _draw_curves(drawn[0], law, curves)
    _draw_residuals(drawn[1], law, curves)
    if len(drawn) > 2:
        _draw_rates(drawn[2], law, curves)
    return finish(figure, drawn, path)


def _longest(curves: Sequence[BatchCurve]) -> float:
    return max(float(curve.times.max()) for curve in curves) or minute


def _draw_curves(chart: Chart, law: RateLaw, curves: Sequence[BatchCurve]) -> None:
    last = _longest(curves)
    chart.axes.set_xlim(0.0, 1.04 * last / minute)
    chart.axes.set_ylim(-4.0, 104.0)
    several = len({curve.acid for curve in curves}) > 1
    for number, curve in enumerate(curves):
        colour = COLOURS[number % len(COLOURS)]
        times = np.linspace(0.0, float(curve.times.max()), _POINTS)
        found = law.conversion(times, curve.temperature, curve.acid, curve.oxidant, curve.sizes, curve.acid_demand)
        label = f"{to_celsius(curve.temperature):.4g} °C"
        if several and curve.acid is not None:
            label += f", {curve.acid / mol_per_litre:g} M"
        chart.curve(times / minute, 100.0 * found, colour, label if len(curves) <= len(COLOURS) else "", width=1.3)
        chart.axes.errorbar(
            curve.times / minute,
            100.0 * curve.conversions,
            100.0 * curve.uncertainty,
            fmt="o",
            color=colour,
            markersize=_SIZE,
            markeredgewidth=0.0,
            elinewidth=0.7,
            zorder=4,
        )
    name_axes(chart, "time, min", "dissolved, %")


def _draw_residuals(chart: Chart, law: RateLaw, curves: Sequence[BatchCurve]) -> None:
    every = [(curve.calculated(law) - curve.conversions) / curve.uncertainty for curve in curves]
    widest = max(3.0, 1.1 * max(float(np.abs(each).max()) for each in every))
    chart.axes.set_xlim(0.0, 1.04 * _longest(curves) / minute)
    chart.axes.set_ylim(-widest, widest)
    chart.axes.axhline(0.0, color=GREY, linewidth=0.8, zorder=2)
    for bound in (-2.0, 2.0):
        chart.axes.axhline(bound, color=GREY, linewidth=0.7, linestyle=DASHES, zorder=2)
    for number, (curve, apart) in enumerate(zip(curves, every, strict=True)):
        colour = COLOURS[number % len(COLOURS)]
        chart.axes.plot(curve.times / minute, apart, "o", color=colour, markersize=_SIZE, markeredgewidth=0.0, zorder=4)
    name_axes(chart, "time, min", "residual, uncertainties")


def _draw_rates(chart: Chart, law: RateLaw, curves: Sequence[BatchCurve]) -> None:
    """Draw ln(60 s / time) at the reference concentrations: what each curve alone has, and the law."""
    places = [1000.0 / curve.temperature for curve in curves]
    own = [_own_time(law, curve) for curve in curves]
    low, high = min(places), max(places)
    room = 0.08 * (high - low)
    line = np.linspace(low - room, high + room, 9)
    rates = np.array([math.log(minute / law.time(1000.0 / place)) for place in line])
    found = [math.log(minute / time) for time in own]
    chart.axes.set_xlim(line[0], line[-1])
    least, most = min(*found, rates.min()), max(*found, rates.max())
    chart.axes.set_ylim(least - 0.1 * (most - least) - 0.1, most + 0.1 * (most - least) + 0.1)
    chart.curve(line, rates, GREY, width=1.2)
    for number, (place, rate) in enumerate(zip(places, found, strict=True)):
        colour = COLOURS[number % len(COLOURS)]
        chart.axes.plot([place], [rate], "o", color=colour, markersize=_SIZE + 1.0, markeredgewidth=0.0, zorder=4)
    name_axes(chart, "1000 K / T", "ln(rate, 1/min)")


def _own_time(law: RateLaw, curve: BatchCurve) -> float:
    """Answer the complete time (s) at the curve's temperature and reference concentrations that fits it alone."""
    base = law.time(curve.temperature)

    def misfit(shift: float) -> float:
        trial = replace(law, complete_time=law.complete_time * math.exp(shift))
        return float((((curve.calculated(trial) - curve.conversions) / curve.uncertainty) ** 2).sum())

    found = minimize_scalar(misfit, bounds=(-_REACH, _REACH), method="bounded")
    return base * math.exp(float(found.x))  # pyright: ignore[reportAttributeAccessIssue]  SciPy's stub lacks it
