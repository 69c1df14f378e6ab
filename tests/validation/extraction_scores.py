"""How far extraction is from measurements; run this file to write results/extraction.csv and results/extraction.md.

A `fit` was fitted to what it is scored on. A `check` is of data that the constants do not know, given what the operators
held (a pH). A `blind` figure is of a plant whose constants came from elsewhere, given what was fed, sodium hydroxide
included; pH is an answer then. Stages are ideal, and no figure is tuned unless its name says so.
"""

import csv
import math
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import extraction_bench as bench
import fit_extraction as fit
import numpy as np
from extraction_bench import read
from scipy.optimize import least_squares, minimize_scalar

from raffinate.flowsheet import Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.chemistry.extractants import Extractant
from raffinate.flowsheet.extraction.profile import StageProfile
from raffinate.flowsheet.extraction.section import Section, run_section

RESULTS = Path("results")
PRELOAD_MOLARITY = 0.4731
DENSITY_OF_CAUSTIC = {0.25: 1.274, 0.1: 1.109}  # g/mL
ASSUMED = 0.5  # mol/L of extractant where a source tells none
GRAM = 1.0  # g/L of each metal where a source tells no liquor


class Score(NamedTuple):
    """One line of the table: `limit` is the largest that was asked for, None where nothing was."""

    data: str
    kind: str
    what: str
    calculated: float
    measured: float | None
    error: float
    limit: float | None = None
    unit: str = ""

    @property
    def met(self) -> str:
        """Whether the error is within the limit."""
        if self.limit is None:
            return ""
        return "yes" if abs(self.error) <= self.limit else "no"


# --- laboratory


CURVE_LIMITS = {"Mn+2": 3.0, "Co+2": 3.0, "Ni+2": 3.0, "Li+": 4.0, "Na+": 8.0}


@cache
def curve_errors(digitisation: str) -> dict[str, float]:
    """Mean absolute error (percent) of each cation of Fig. 3b with the constants of one digitisation."""
    log_k = fit.fit_cyanex()[0 if digitisation == "A" else 1]
    points = fit.curve_points(digitisation)
    errors = np.abs(fit.curve_errors(fit.cyanex(log_k, fit.fit_cyanex()[2]), points))
    return {
        c: float(np.mean([e for e, (of, _, _) in zip(errors, points, strict=True) if of == c])) for c in fit.CATIONS
    }


@cache
def plateau_errors() -> np.ndarray:
    """Calculated minus measured percent of lithium on D2EHPA, Fig. 2b."""
    return fit.lithium_curve_errors("D2EHPA")


@cache
def isotherm_errors(cation: str) -> np.ndarray:
    """log10 of calculated over measured distribution of the isotherms of single metals on D2EHPA."""
    return fit.isotherm_errors("D2EHPA", cation)


@cache
def dosed_ph(cation: str) -> list[tuple[float, float]]:
    """(calculated, measured pH) of the isotherms, from the base or acid that was weighed in.

    Where nearly as much base as extractant was weighed in, a percent of either is units of pH: those are left out.
    """
    chemistry = bench.chemistry(f"{bench.element(cation)} Na S", "D2EHPA")
    oil = bench.organic(chemistry, "D2EHPA", fit.ISOTHERM_MOLARITY, 0.05)
    found = []
    for row in fit.isotherm(cation):
        acid = float(row["acid_solution_g"]) / 1000.0
        alkali = 0.1 * float(row["naoh_solution_g"]) / bench.NAOH
        if alkali > 0.9 * fit.ISOTHERM_MOLARITY * 0.05:
            continue
        feed = bench.liquor(chemistry, {cation: float(row["feed_g_l"])}, 0.5)
        feed = feed + Stream.of(chemistry, {"H2SO4": 0.1 * acid, "H2O": 0.9 * acid})
        section = Section(extractant="D2EHPA", dose={1: alkali} if alkali else {}, base=bench.caustic(chemistry, 0.1))
        found.append((float(run_section(section, feed, oil).ph[0]), float(row["ph"])))
    return found


# --- plants


def pilot_row(case: str) -> dict[str, str]:
    return next(row for row in read("pilot_cascades.csv") if row["case"] == case)


@cache
def pilot(case: str, utilisation: float = 1.0) -> StageProfile:
    """A pilot day with the constants of the database."""
    row = pilot_row(case)
    return bench.pilot(row, bench.chemistry("Li Na Mg Ca Mn Co Ni Zn S", row["extractant"]), utilisation)


def raffinate_error(found: StageProfile, case: str, metal: str) -> float:
    """Calculated minus measured g/L in the raffinate."""
    cation = "Li+" if metal == "Li" else f"{metal}+2"
    return bench.grams(found, cation) - float(pilot_row(case)[f"raffinate_{metal}_g_l"])


def pilot_error(case: str, metal: str, utilisation: float = 1.0) -> float:
    """Calculated minus measured g/L in the raffinate, with the constants of the database."""
    return raffinate_error(pilot(case, utilisation), case, metal)


def pilot_ph_error(case: str, utilisation: float = 1.0) -> float:
    return float(pilot(case, utilisation).ph[-1]) - float(pilot_row(case)["raffinate_ph"])


@cache
def utilisation() -> float:
    """The one share of the sodium hydroxide that brings nickel of Data1 and Data2 nearest, by least squares."""

    def cost(share: float) -> float:
        return sum(pilot_error(case, "Ni", round(share, 4)) ** 2 for case in ("Data1", "Data2"))

    return round(float(minimize_scalar(cost, bounds=(0.7, 1.0), method="bounded", options={"xatol": 5e-3}).x), 3)


@cache
def alkali_of_ph50() -> dict[str, fit.Pair]:
    """Lithium on D2EHPA from the pH50 of Fig. 3a (7.1), two decades weaker than its isotherm, and sodium behind it."""
    seed = fit.ph50_row("D2EHPA", "Li+", "jantunen2022")
    lithium = fit.from_ph50("Li+", float(seed["ph50"]), float(seed["molarity"]), 2.0, -0.5)
    sodium = lithium._replace(trace=lithium.trace - 0.4, loaded=lithium.loaded - 0.4)
    return {"Li+": lithium, "Na+": sodium}


@cache
def pilot_with_weak_alkali(case: str) -> StageProfile:
    """A D2EHPA day with `alkali_of_ph50`."""
    return pilot_with_alkali(case, alkali_of_ph50())


@cache
def pilot_at_ph(case: str) -> StageProfile:
    """A pilot day with the pH of its raffinate held by the caustic where the organic enters, whatever was fed of it."""
    row = pilot_row(case)
    return bench.pilot_at_ph(row, bench.chemistry("Li Na Mg Ca Mn Co Ni Zn S", row["extractant"]))


class Base(NamedTuple):
    """What a log says of base, milliequivalents per minute: fed as NaOH, and taken up by metals and by lithium."""

    fed: float
    metals: float
    lithium: float
    raffinate: float  # mL/min

    def nickel(self, lithium: float, cobalt: float) -> float:
        """The least nickel (g/L) beyond the log that charge allows, if lithium and cobalt are so much (g/L) beyond it.

        No sodium leaves with the organic; any that does, and acid of the feed, adds to it.
        """
        explained = lithium / bench.MASS["Li+"] + 2.0 * cobalt / bench.MASS["Co+2"]
        short = self.metals + self.lithium - self.fed - self.raffinate * explained
        return 0.5 * bench.MASS["Ni+2"] * short / self.raffinate


@cache
def base_of_the_log(case: str) -> Base:
    """The equivalents of a pilot day by its log; what water neutralisation adds to the raffinate is the engine's."""
    row = pilot_row(case)
    volume = float(pilot(case).liquor_flow[-1]) * 1e6
    feed = float(row["feed_ml_min"])
    taken = {
        c: bench.charge(c)
        / bench.MASS[c]
        * (feed * float(row[f"feed_{bench.element(c)}_g_l"]) - volume * float(row[f"raffinate_{bench.element(c)}_g_l"]))
        for c in ("Li+", "Ni+2", "Co+2", "Mn+2", "Ca+2", "Mg+2", "Zn+2")
    }
    lithium = taken.pop("Li+")
    return Base(1000.0 * bench.caustic_of(row), sum(taken.values()), lithium, volume)


LEACHATE_SODIUM = 0.64  # mol/L that stands for Co and Mn of the leachate of Fig. 3b once they are taken out with NaOH
# Li and Na on D2EHPA: dimers in the complex at low and at high loading; LiA takes half a dimer.
ALKALI_FORMS = {
    "LiA.HA and LiA": (1.0, 0.5),
    "LiA.2HA and LiA": (1.5, 0.5),
    "LiA.3HA and LiA": (2.0, 0.5),
    "LiA": (0.5, None),
}
# Drawn to nickel of the pilot itself, until SX-02 (4 %) and lithium of SX-10a (0.15) bear no more: not a fit, a limit.
DRAWN_TO_THE_PILOT = {"Li+": fit.Pair(-4.27, 2.0, -5.88, 0.5), "Na+": fit.Pair(-8.77, 1.0, -5.74, 0.5)}
DRAWN_SODIUM = 0.47  # mol/L in the liquor of Fig. 2b


class AlkaliFit(NamedTuple):
    """Lithium and sodium in one form, fitted to SX-02 and SX-10a: their mean errors (percent, log10 D), and the pairs."""

    curve: float
    isotherm: float
    pairs: dict[str, fit.Pair]


def alkali_extractant(pairs: dict[str, fit.Pair]) -> Extractant:
    """D2EHPA of the database with other constants of lithium and sodium."""
    own = Extractant.named("D2EHPA")
    kept = [complex_ for complex_ in own.complexes if complex_.cation not in pairs]
    return own.replace(complexes=(*kept, *(c for cation, pair in pairs.items() for c in pair.complexes(cation))))


@cache
def alkali_fit(form: str, sodium: float) -> AlkaliFit:
    """The fit of one form, the liquor of Fig. 2b holding `sodium` mol/L of it before any caustic."""
    low, high = ALKALI_FORMS[form]

    def pairs(p: np.ndarray) -> dict[str, fit.Pair]:
        if high is None:
            return {"Li+": fit.Pair(p[0], low), "Na+": fit.Pair(p[2], low)}
        return {"Li+": fit.Pair(p[0], low, p[1], high), "Na+": fit.Pair(p[2], low, p[2] + p[1] - p[0], high)}

    def weighed(p: np.ndarray) -> np.ndarray:
        curve, isotherm = lithium_errors(pairs(p), sodium)
        return np.concatenate([curve / fit.WITHIN_PERCENT, isotherm / fit.WITHIN_LOG])

    start = [-5.3 + 0.8 * low, -4.9, -5.0 + 0.8 * low]
    found = least_squares(weighed, start, x_scale=0.3, diff_step=1e-3, xtol=1e-6, ftol=1e-8)
    curve, isotherm = (float(np.abs(part).mean()) for part in lithium_errors(pairs(found.x), sodium))
    return AlkaliFit(curve, isotherm, pairs(found.x))


def lithium_errors(pairs: dict[str, fit.Pair], sodium: float) -> tuple[np.ndarray, np.ndarray]:
    """Errors of SX-02 (percent), its liquor holding `sodium` mol/L, and of lithium of SX-10a (log10 D)."""
    of = alkali_extractant(pairs)
    return fit.lithium_curve_errors(of, sodium), fit.isotherm_errors(of, "Li+")


def pilot_with_alkali(case: str, pairs: dict[str, fit.Pair]) -> StageProfile:
    """A D2EHPA day with other constants of lithium and sodium."""
    return bench.pilot(pilot_row(case), Chemistry("Li Na Mg Ca Mn Co Ni Zn S", extractants=(alkali_extractant(pairs),)))


class Day(NamedTuple):
    """A day of the nickel circuit: (calculated, measured) of raffinate and of the stage where the liquor enters."""

    date: str
    nickel: tuple[float, float]
    ph: tuple[float, float]
    feed_stage_nickel: tuple[float, float]
    feed_stage_ph: tuple[float, float | None]


@cache
def preload(held: bool) -> list[Day]:
    """The nickel circuit with its sodium hydroxide as fed (14 days), or with the pH of its raffinate held (21 days)."""
    chemistry = bench.chemistry("Ni Na S", "Cyanex 272")
    days = []
    for row in read("nickel_preload.csv"):
        if not held and not row["naoh_ml_min"]:
            continue
        fraction = float(row["naoh_fraction"])
        setting: dict[str, object] = {"ph": {3: float(row["raffinate_ph"])}}
        if not held:
            grams = float(row["naoh_ml_min"]) * DENSITY_OF_CAUSTIC[fraction] * fraction
            setting = {"dose": {3: grams / bench.NAOH}}
        section = Section(extractant="Cyanex 272", stages=3, base=bench.caustic(chemistry, fraction), **setting)
        feed = bench.liquor(chemistry, {"Ni+2": float(row["feed_Ni_g_l"])}, float(row["feed_ml_min"]) * bench.LITRE)
        oil = bench.organic(chemistry, "Cyanex 272", PRELOAD_MOLARITY, float(row["organic_ml_min"]) * bench.LITRE)
        found = run_section(section, feed, oil)
        days.append(
            Day(
                row["date"],
                (bench.grams(found, "Ni+2"), float(row["raffinate_Ni_g_l"])),
                (float(found.ph[-1]), float(row["raffinate_ph"])),
                (bench.grams(found, "Ni+2", 0), float(row["feed_stage_Ni_g_l"])),
                (float(found.ph[0]), float(row["feed_stage_ph"]) if row["feed_stage_ph"] else None),
            )
        )
    return days


def mean_error(pairs: list[tuple[float, float | None]]) -> float:
    """Mean absolute error of (calculated, measured)."""
    return float(np.mean([abs(a - b) for a, b in pairs if b is not None]))


@cache
def daily_nickel() -> tuple[float, float]:
    """(calculated, measured) nickel in the raffinate, mean of four days at the raffinate's pH, flows as on Data1."""
    chemistry = bench.chemistry("Li Ni Na S", "Cyanex 272")
    found, measured = [], []
    for row in read("cyanex_days.csv"):
        grams = {"Li+": float(row["feed_Li_g_l"]), "Ni+2": float(row["feed_Ni_g_l"])}
        section = Section(
            extractant="Cyanex 272", stages=5, ph={5: float(row["raffinate_ph"])}, base=bench.caustic(chemistry, 0.1)
        )
        feed, oil = bench.liquor(chemistry, grams, 0.025), bench.organic(chemistry, "Cyanex 272", 0.6308, 0.118)
        found.append(bench.grams(run_section(section, feed, oil), "Ni+2"))
        measured.append(float(row["raffinate_Ni_g_l"]))
    return float(np.mean(found)), float(np.mean(measured))


# --- points of the literature


def point(row: dict[str, str]) -> float:
    """Percent extracted, or separation factor, of a point of the literature; 1 g/L of each metal where it tells no liquor."""
    cations = row["cation"].split("/")
    grams = dict.fromkeys(cations, GRAM)
    if row["feed_g_l"]:
        told = (part.split() for part in row["feed_g_l"].split("; "))
        grams = {cation: float(value) for cation, value in told}
    chemistry = bench.chemistry(" ".join([*(bench.element(c) for c in grams), "Na", "S"]), row["extractant"])
    molarity = float(row["molarity"] or ASSUMED)
    feed = bench.liquor(chemistry, grams)
    oil = bench.organic(chemistry, row["extractant"], molarity, float(row["organic_to_aqueous"]))
    section = Section(
        extractant=row["extractant"],
        stages=int(row["stages"]),
        ph=float(row["ph"]),
        base=bench.caustic(chemistry, 0.25),
    )
    found = run_section(section, feed, oil)
    if row["what"] == "separation":
        return bench.distribution(found, cations[0]) / bench.distribution(found, cations[1])
    return 100.0 * found.extraction[cations[0]]


# --- the table


def scores() -> Iterator[Score]:
    """Every figure."""
    yield from laboratory_scores()
    yield from pilot_scores()
    yield from preload_scores()
    for row in read("extraction_points.csv"):
        calculated, measured = point(row), float(row["value"])
        what = f"{row['cation']} {row['what']}, {row['extractant']} {row['molarity'] or ASSUMED} mol/L, pH {row['ph']}"
        error = math.log10(calculated / measured) if row["what"] == "separation" else calculated - measured
        unit = "log10" if row["what"] == "separation" else "%"
        yield Score(row["source"], "check", what, calculated, measured, error, None, unit)


def laboratory_scores() -> Iterator[Score]:
    """Curves and isotherms."""
    for digitisation in "AB":
        for cation, error in curve_errors(digitisation).items():
            what = f"{cation} on Cyanex 272, mean error of the curve"
            yield Score(f"SX-01 {digitisation}", "fit", what, error, None, error, CURVE_LIMITS[cation], "%")
    error = float(np.abs(plateau_errors()).mean())
    yield Score("SX-02", "fit", "Li+ on D2EHPA, mean error of the curve", error, None, error, 4.0, "%")
    for cation in [*fit.D2EHPA_METALS, "Al+3", "Li+"]:
        error = float(np.abs(isotherm_errors(cation)).mean())
        yield Score("SX-10a", "fit", f"{cation} on D2EHPA, mean |log10 D|", error, None, error, 0.15, "log10")
        pairs = dosed_ph(cation)
        error = mean_error(pairs)
        yield Score("SX-10a", "check", f"{cation} on D2EHPA, pH from the base weighed", error, None, error, None, "pH")
    for row, log in zip(read("lix984n.csv")[1:], fit.lix_errors("LIX 984N"), strict=True):
        measured = float(row["organic_Cu_g_l"])
        calculated = measured * 10.0**log
        yield Score("LIX 984N", "fit", row["what"], calculated, measured, calculated - measured, None, "g/L Cu")


def pilot_scores() -> Iterator[Score]:
    """Pilot cascades with sodium hydroxide as fed."""
    for case in ("Data1", "Data2", "Data3"):
        yield ph_score("SX-03", case, 0.5)
        yield metal_score("SX-03", case, "Li", 0.25)
        yield metal_score("SX-03", case, "Ni", 4.5)
        yield metal_score("SX-03", case, "Co", 0.01)
    share = utilisation()
    yield Score("SX-03", "fit", "share of the NaOH at work, on nickel of Data1 and Data2", share, None, 0.0)
    for case, kind in (("Data1", "fit"), ("Data2", "fit"), ("Data3", "check")):
        limit = 1.5 if kind == "fit" else None
        yield metal_score("SX-03", case, "Ni", limit, share, kind)
        yield metal_score("SX-03", case, "Li", 0.25 if kind == "fit" else None, share, kind)
        yield ph_score("SX-03", case, 0.5 if kind == "fit" else None, share, kind)
    for case in ("Data4", "Data6"):
        yield ph_score("SX-05", case, None)
        for metal, limit in (("Ni", 1.5), ("Co", 1.0), ("Mn", 0.005), ("Li", None)):
            yield metal_score("SX-05", case, metal, limit)
        weak = pilot_with_weak_alkali(case)
        for metal in ("Ni", "Co", "Li"):
            yield check(weak, case, metal, f"{metal} in the raffinate, were lithium as weak as its pH50")
        held = pilot_at_ph(case)
        for metal in ("Ni", "Co", "Mn", "Li"):
            yield check(held, case, metal, f"{metal} in the raffinate at its pH")
        dosed = float(held.dosed.sum()) / bench.caustic_of(pilot_row(case))
        yield Score(f"SX-05 {case}", "check", "NaOH that its pH takes, of what was fed", dosed, 1.0, dosed - 1.0)
        log = base_of_the_log(case)
        taken = (log.metals + log.lithium) / log.fed
        yield Score(
            f"SX-05 {case}", "check", "base that the log's metals take, of what was fed", taken, 1.0, taken - 1.0
        )
    yield from alkali_scores()


def alkali_scores() -> Iterator[Score]:
    """Nickel of the D2EHPA days with lithium and sodium in other forms, each fitted to SX-02 and SX-10a."""
    for sodium in (0.0, LEACHATE_SODIUM):
        for form in ALKALI_FORMS:
            found = alkali_fit(form, sodium)
            name = f"{form}, {sodium:g} mol/L Na in SX-02"
            yield Score("SX-02", "fit", f"Li+ as {name}", found.curve, None, found.curve, 4.0, "%")
            yield Score("SX-10a", "fit", f"Li+ as {name}", found.isotherm, None, found.isotherm, 0.15, "log10")
            for case in ("Data4", "Data6"):
                yield check(pilot_with_alkali(case, found.pairs), case, "Ni", f"Ni in the raffinate, lithium as {name}")


def check(found: StageProfile, case: str, metal: str, what: str) -> Score:
    """A metal of a D2EHPA day that was found under other conditions."""
    measured, error = float(pilot_row(case)[f"raffinate_{metal}_g_l"]), raffinate_error(found, case, metal)
    return Score(f"SX-05 {case}", "check", what, measured + error, measured, error, None, "g/L")


def metal_score(
    data: str, case: str, metal: str, limit: float | None, share: float = 1.0, kind: str = "blind"
) -> Score:
    measured = float(pilot_row(case)[f"raffinate_{metal}_g_l"])
    error = pilot_error(case, metal, share)
    what = f"{metal} in the raffinate" + (f", {share:g} of the NaOH" if share != 1.0 else "")
    return Score(f"{data} {case}", kind, what, measured + error, measured, error, limit, "g/L")


def ph_score(data: str, case: str, limit: float | None, share: float = 1.0, kind: str = "blind") -> Score:
    measured, error = float(pilot_row(case)["raffinate_ph"]), pilot_ph_error(case, share)
    what = "pH of the raffinate" + (f", {share:g} of the NaOH" if share != 1.0 else "")
    return Score(f"{data} {case}", kind, what, measured + error, measured, error, limit, "pH")


def preload_scores() -> Iterator[Score]:
    """The nickel circuit, and the days of SX-08a."""
    days = preload(held=False)
    error = mean_error([day.nickel for day in days])
    yield Score(
        "SX-09a", "blind", f"Ni in the raffinate, mean error of {len(days)} days", error, None, error, 9.0, "g/L"
    )
    error = mean_error([day.ph for day in days])
    yield Score("SX-09a", "blind", "pH of the raffinate, mean error", error, None, error, 0.4, "pH")
    error = mean_error([day.feed_stage_ph for day in days])
    yield Score(
        "SX-09a", "blind", "pH of the stage where the liquor enters, mean error", error, None, error, None, "pH"
    )
    days = preload(held=True)
    error = mean_error([day.nickel for day in days])
    what = f"Ni in the raffinate at its pH, mean error of {len(days)} days"
    yield Score("SX-09a", "check", what, error, None, error, 4.0, "g/L")
    error = 100.0 * float(np.mean([abs(a / b - 1.0) for a, b in (day.feed_stage_nickel for day in days)]))
    yield Score("SX-09a", "check", "Ni of the stage where the liquor enters, mean error", error, None, error, 6.0, "%")
    calculated, measured = daily_nickel()
    what = "Ni in the raffinate at its pH, mean of four days"
    yield Score("SX-08a", "check", what, calculated, measured, calculated - measured, None, "g/L")


def main() -> None:
    """Write the table twice."""
    found = list(scores())
    RESULTS.mkdir(exist_ok=True)
    header = [*Score._fields, "met"]
    with (RESULTS / "extraction.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows([*score, score.met] for score in found)
    lines = ["| " + " | ".join(header) + " |", "| " + " | ".join("---" for _ in header) + " |"]
    for score in found:
        cells = [f"{cell:.3g}" if isinstance(cell, float) else str(cell if cell is not None else "") for cell in score]
        lines.append("| " + " | ".join([*cells, score.met]) + " |")
    (RESULTS / "extraction.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
