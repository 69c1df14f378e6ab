"""Gauges of a section: loading, saponification, pH and what one phase carries away of the other, against their limits.

The limits are the properties of the extractant (`extractants.csv`, or those of one's own); a gauge without a limit has no
mark.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ..canvas import FONT
from ..charts import COLOURS, FAINT, GREY, INK, LABEL, TICK, Chart, charts, finish, wide
from ..quantities import litre, to_celsius
from .holding import charge, holding
from .profile import StageProfile

_ALKALIS = ("Na+", "K+", "Li+", "NH4+")
_ROW, _BAR, _WIDTH, _NAMES, _VALUES = 36.0, 11.0, 250.0, 118.0, 120.0
_GOOD, _BAD = COLOURS[2], COLOURS[1]
_LEAST_CARRIED = 0.01  # full scale of entrainment, volume per volume
_PH_ENDS = (0.0, 10.0)


@dataclass(frozen=True)
class Gauge:
    """One gauge: the range `low` to `high` that the stages take, limits where there are any, and the ends of its scale."""

    name: str
    low: float
    high: float
    lowest: float | None
    highest: float | None
    ends: tuple[float, float]
    text: str

    @property
    def is_within(self) -> bool:
        """Whether the stages keep the limits."""
        over = self.highest is not None and self.high > self.highest
        under = self.lowest is not None and self.low < self.lowest
        return not (over or under)


def gauges(profile: StageProfile) -> tuple[Gauge, ...]:
    """Answer the gauges of a section: loading, saponification, pH, temperature, and what is carried over, in this order.

    Loading is the highest of all stages, equivalents bound per extractant. Saponification is the share of the extractant that
    alkali metals and ammonium hold in the organic fed, and in the organic that leaves. Entrainment is volume per volume.
    """
    chemistry = profile.raffinate.chemistry
    extractant = chemistry.extractant(profile.extractant)
    limits = extractant.properties
    highest_loading = float(profile.loading.max())
    at = int(np.argmax(profile.loading)) + 1
    found = [
        _shares(
            "loading", 0.0, highest_loading, limits.get("loading_limit"), f"{_percent(highest_loading)}, stage {at}"
        )
    ]
    alkalis = [name for name in _ALKALIS if name in profile.cations]
    if alkalis and extractant.kind == "acidic":
        fed, left = _saponified(profile, profile.organic_feed), _saponified(profile, profile.organic[0])
        found.append(_shares("saponified, as fed", 0.0, fed, None, _percent(fed)))
        found.append(_shares("saponified, as it leaves", 0.0, left, None, _percent(left)))
    low, high = float(profile.ph.min()), float(profile.ph.max())
    ends = (min(_PH_ENDS[0], float(np.floor(low))), max(_PH_ENDS[1], float(np.ceil(high))))
    text = f"{low:.2f} to {high:.2f}".replace("-", "−") if high - low >= 0.005 else f"{low:.2f}".replace("-", "−")
    found.append(Gauge("pH", low, high, limits.get("ph_lowest"), limits.get("ph_highest"), ends, text))
    warmth = to_celsius(profile.raffinate.temperature)
    cold, hot = (limits.get(f"{end}_temperature") for end in ("lowest", "highest"))
    coldest, warmest = (None if limit is None else to_celsius(limit) for limit in (cold, hot))
    ends = (0.0, max(100.0, warmth))
    found.append(Gauge("temperature, °C", warmth, warmth, coldest, warmest, ends, f"{warmth:.4g} °C"))
    carried = (
        ("liquor in the organic", _per(profile.loaded.liquor_volume, profile.loaded.organic_volume)),
        ("organic in the raffinate", _per(profile.raffinate.organic_volume, profile.raffinate.liquor_volume)),
    )
    found += [
        Gauge(name, 0.0, value, None, None, (0.0, max(_LEAST_CARRIED, value)), f"{1e6 * value:.4g} mL/m³")
        for name, value in carried
    ]
    return tuple(found)


def _shares(name: str, low: float, high: float, limit: float | None, text: str) -> Gauge:
    return Gauge(name, low, high, None, limit, (0.0, max(1.0, high)), text)


def _percent(share: float) -> str:
    return f"{100.0 * share:.3g} %"


def _per(one: float, other: float) -> float:
    return one / other if other > 0.0 else 0.0


def _saponified(profile: StageProfile, organic: np.ndarray) -> float:
    """Answer the share of the extractant that alkalis hold in an organic (M,), mol/L."""
    total = holding(profile.loaded, profile.extractant).total
    flows = organic / litre * profile.loaded.organic_volume
    held = sum(float(flows[at]) * charge(name) for at, name in enumerate(profile.cations) if name in _ALKALIS)
    return held / total if total > 0.0 else 0.0


def gauge_table(profile: StageProfile) -> pandas.DataFrame:
    """Answer the gauges as a table: the range found, its limits, and whether they are kept."""
    rows = [
        {"low": one.low, "high": one.high, "lowest": one.lowest, "highest": one.highest, "within": one.is_within}
        for one in gauges(profile)
    ]
    return pandas.DataFrame(rows, index=pandas.Index([one.name for one in gauges(profile)], name="gauge"))


def draw_gauges(profile: StageProfile, path: str | Path | None = None) -> Figure:
    """Draw the gauges of a section as `gauges` answers them: green within the limits, orange beyond, marks at the limits."""
    shown = gauges(profile)
    count = len(profile.ph)
    note = f"{count} {'stage' if count == 1 else 'stages'}; grey: the range in which {profile.extractant} is used"
    height = _ROW * len(shown)
    figure, drawn = charts(f"Gauges, {profile.extractant}", note, _NAMES + _WIDTH, [height], right=_VALUES)
    chart = drawn[0]
    chart.axes.set_axis_off()
    for number, gauge in enumerate(shown):
        _draw_gauge(chart, gauge, chart.top + (number + 0.4) * _ROW)
    return finish(figure, drawn, path)


def _draw_gauge(chart: Chart, gauge: Gauge, y: float) -> None:
    """Draw one gauge whose bar lies at `y` points."""
    left = chart.left + _NAMES
    low, high = gauge.ends

    def place(value: float) -> float:
        return left + (min(max(value, low), high) - low) / (high - low) * _WIDTH

    base = chart.base
    font = {"fontsize": LABEL, "family": FONT, "color": INK, "va": "center_baseline"}
    base.text(left - 10.0, y, gauge.name, ha="right", gid="name", **font)
    base.text(left + _WIDTH + 12.0, y, gauge.text, gid="value", **font)
    base.add_patch(Rectangle((left, y - _BAR / 2.0), _WIDTH, _BAR, facecolor=FAINT, edgecolor="none", zorder=2))
    if gauge.lowest is not None or gauge.highest is not None:
        start = place(low if gauge.lowest is None else gauge.lowest)
        end = place(high if gauge.highest is None else gauge.highest)
        base.add_patch(Rectangle((start, y - _BAR / 2.0), end - start, _BAR, facecolor="#c5ced6", zorder=3))
    start, end = place(gauge.low), place(gauge.high)
    wide_enough = max(end - start, 2.5)
    colour = _GOOD if gauge.is_within else _BAD
    base.add_patch(Rectangle((start, y - _BAR / 4.0), wide_enough, _BAR / 2.0, facecolor=colour, zorder=4))
    ticks = [(low, ""), (high, "")]
    ticks += [(limit, "limit") for limit in (gauge.lowest, gauge.highest) if limit is not None]
    scale = 100.0 if gauge.text.endswith("%") or "%" in gauge.text else 1e6 if "mL" in gauge.text else 1.0
    taken: list[tuple[float, float]] = []
    for value, kind in sorted(ticks, key=lambda one: not one[1]):
        text = f"{scale * value:.0f}" if abs(scale * value) >= 9.5 else f"{scale * value:.3g}".replace("-", "−")
        x, half = place(value), wide(text, TICK) / 2.0 + 2.0
        if kind:
            base.plot([x, x], [y - _BAR / 2.0 - 2.0, y + _BAR / 2.0 + 2.0], color=INK, linewidth=1.2, zorder=5)
        if any(x + half > start and x - half < end for start, end in taken):
            continue
        taken.append((x - half, x + half))
        ink = INK if kind else GREY
        base.text(
            x, y + _BAR / 2.0 + 8.0, text, fontsize=TICK, family=FONT, color=ink, ha="center", va="center", gid="scale"
        )
