"""Constants of extraction from measured curves; run this file to write flowsheet/data/extraction.csv anew.

Cyanex 272: Jantunen et al. (2022) Fig. 3b, digitised twice by others, A and B, a quarter of a pH unit apart. Each of
Mn, Co, Ni, Li and Na has its own constant per digitisation; the step from the complex at low loading to that at high
loading is common to all divalent and to all monovalent cations, and to both digitisations: twelve constants in all.
The database holds the mean of A and B. The pH is held with NaOH, so sodium follows from the charge of the liquor.

D2EHPA and minor cations: from pH50 at trace loading, with the step of Cyanex 272; and isotherms of single metals. For
lithium and sodium on D2EHPA the pH50 and the curve of Fig. 2b contradict each other by two decades; pH50 was kept
because a pilot cascade (Data4) releases its sodium completely, so that cascade is no blind test of these two.
"""

import csv
import math
from pathlib import Path

import numpy as np
from scipy.optimize import least_squares

from raffinate.kernels.extraction import Contact, Extractant, Medium, contact_at_ph

HERE = Path(__file__).parent
DATABASE = HERE.parents[1] / "flowsheet" / "data" / "extraction.csv"
HEADER = ["of", "quantity", "value", "unit", "conditions", "source", "where", "note"]
CATIONS = ["Mn+2", "Co+2", "Ni+2", "Li+", "Na+"]
CHARGE = np.array([2.0, 2.0, 2.0, 1.0, 1.0])
DIMERS = np.array([[2.0, 1.0], [2.0, 1.0], [2.0, 1.0], [1.0, 0.5], [1.0, 0.5]])
# Feed of Fig. 3b: 2.09, 16.5, 2.05 and 2.52 g/L; organic 0.8 mol/L; two and a half volumes of organic.
FEED = np.array([2.09 / 54.938, 16.5 / 58.933, 2.05 / 58.693, 2.52 / 6.94, 0.0])
CURVE_CONTACT = Contact(1.0, 2.5, 0.4)
# Single metals on D2EHPA, 0.9 mol/L inferred from the loading: cation, log K, dimers.
ISOTHERMS = [("Zn+2", -0.93, 1.5), ("Ca+2", -1.99, 1.5), ("Al+3", -4.71, 2.0), ("Cu+2", -3.90, 1.5)]


def read(name: str) -> list[dict[str, str]]:
    with (HERE / "data" / name).open(newline="") as file:
        return list(csv.DictReader(file))


def sulfate_medium(total: float) -> Medium:
    """Sulfate alone; log10 of the protonation constant 1.3, as at an ionic strength near 1 mol/L."""
    ln_beta = np.array([[1.3 * math.log(10.0), -np.inf, -np.inf]])
    return Medium(np.array([total]), np.array([-2.0]), ln_beta, 0.0, 1e-14, 1.0)


def two_complexes(log_k: np.ndarray, steps: np.ndarray) -> Extractant:
    """The five cations from log10 K at low loading, and the steps of divalent and monovalent cations."""
    step = np.where(CHARGE > 1.0, steps[0], steps[1])
    return Extractant(math.log(10.0) * np.column_stack([log_k, log_k + step]), DIMERS, CHARGE)


def curve_points(digitisation: str) -> list[tuple[int, float, float]]:
    """(cation index, pH, extracted percent) of one digitisation."""
    rows = [row for row in read("jantunen2022_cyanex272.csv") if row["digitisation"] == digitisation]
    return [(CATIONS.index(row["cation"]), float(row["ph"]), float(row["extracted_percent"])) for row in rows]


def extracted_percent(extractant: Extractant, feed: np.ndarray, phases: Contact, ph: float) -> np.ndarray:
    """Percent of each cation that is in the organic at a pH held with NaOH."""
    medium = sulfate_medium(0.5 * float(CHARGE @ feed))
    _, aqueous, organic, *_ = contact_at_ph(extractant, medium, phases, feed, CATIONS.index("Na+"), ph)
    held = phases.organic_flow * organic
    everything = held + phases.aqueous_flow * aqueous
    return 100.0 * held / np.where(everything > 0.0, everything, 1.0)


def curve_errors(extractant: Extractant, points: list[tuple[int, float, float]]) -> np.ndarray:
    """Calculated minus measured percent at each point."""
    return np.array([extracted_percent(extractant, FEED, CURVE_CONTACT, ph)[k] - e for k, ph, e in points])


def fit_cyanex() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(log K of A, log K of B, the two steps), by least squares over both digitisations."""
    points_a, points_b = curve_points("A"), curve_points("B")

    def errors(p: np.ndarray) -> np.ndarray:
        first = curve_errors(two_complexes(p[:5], p[10:]), points_a)
        second = curve_errors(two_complexes(p[5:10], p[10:]), points_b)
        return np.concatenate([first, second])

    start = np.array([-7.1, -7.7, -10.7, -6.7, -7.1, -6.6, -7.2, -10.2, -6.5, -7.0, -1.4, -1.0])
    fit = least_squares(errors, start, x_scale=0.1, diff_step=1e-4, xtol=1e-12, ftol=1e-12)
    return fit.x[:5], fit.x[5:10], fit.x[10:]


def fit_lithium_on_d2ehpa(steps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(log K of Li and Na, errors in percent) from the curve of Fig. 2b read as a liquor of Li2SO4 alone, O/A 1."""
    feed = np.array([0.0, 0.0, 0.0, 2.52 / 6.94, 0.0])
    points = [(float(row["ph"]), float(row["extracted_percent"])) for row in read("jantunen2022_d2ehpa_lithium.csv")]

    def errors(p: np.ndarray) -> np.ndarray:
        extractant = two_complexes(np.array([-30.0, -30.0, -30.0, p[0], p[1]]), steps)
        found = [extracted_percent(extractant, feed, Contact(1.0, 1.0, 0.4), ph)[3] for ph, _ in points]
        return np.array(found) - np.array([e for _, e in points])

    fit = least_squares(errors, [-4.6, -4.0], x_scale=0.3, diff_step=1e-4)
    return fit.x, fit.fun


def charge_of(cation: str) -> int:
    _, _, digits = cation.partition("+")
    return int(digits or "1")


def from_ph50(cation: str, ph50: float, dimer: float, steps: np.ndarray) -> tuple[float, float | None]:
    """log10 K at low and at high loading of a trace that is half extracted, phase ratio 1, at ph50 and a free dimer."""
    z = charge_of(cation)
    if z == 3:
        return -z * ph50 - z * math.log10(dimer), None
    step = steps[0] if z == 2 else steps[1]
    low = -z * ph50 - math.log10(dimer**z + 10.0**step * dimer ** (z / 2))
    return low, low + step


def rows_of(
    name: str, values: tuple[float, float | None], dimers: float, origin: tuple[str, str, str]
) -> list[list[str]]:
    """The rows of one cation; `origin` is (source, where, note)."""
    source, where, note = origin
    rows = []
    for loading, value, bound in (("trace", values[0], dimers), ("loaded", values[1], dimers / 2)):
        if value is not None:
            about = ["25 degC, sulfate, mol/L", source, where, note]
            rows.append([name, f"log_k_{loading}", f"{value:.2f}", "-", *about])
            rows.append([name, f"dimers_{loading}", f"{bound:g}", "-", *about])
    return rows


def database_rows() -> list[list[str]]:
    """All rows of extraction.csv below its header."""
    log_a, log_b, steps = fit_cyanex()
    rows = []
    for k, cation in enumerate(CATIONS):
        low = 0.5 * (log_a[k] + log_b[k])
        step = steps[0] if CHARGE[k] > 1.0 else steps[1]
        note = f"fitted: mean of two digitisations; trace A {log_a[k]:.2f} B {log_b[k]:.2f}; loaded is trace {step:.2f}"
        rows += rows_of(f"Cyanex 272|{cation}", (low, low + step), CHARGE[k], ("jantunen2022", "Fig. 3b", note))
    for row in read("ph50.csv"):
        cation = row["cation"]
        low = from_ph50(cation, float(row["ph50"]), float(row["dimer"]), steps)
        note = f"{row['note']}; pH50 {row['ph50']} +-0.3"
        if (row["extractant"], cation) == ("D2EHPA", "Li+"):
            note = f"{row['note']}; range -6.7 to -4.6: the curve of Fig. 2b asks for the upper end"
        origin = (row["source"], row["where"], note)
        rows += rows_of(f"{row['extractant']}|{cation}", low, charge_of(cation), origin)
    sodium = "estimated: a little weaker than lithium, range -7 to -3.9: the curve of Fig. 2b asks for the upper end"
    rows += rows_of("D2EHPA|Na+", (-7.0, -7.0 + steps[1]), 1.0, ("jantunen2022", "Fig. 2b", sodium))
    for cation, value, dimers in ISOTHERMS:
        note = "estimated: isotherm of the single metal, extractant 0.9 mol/L inferred and not stated; +-0.7"
        origin = ("woomir2026", "single-metal isotherms", note)
        rows += rows_of(f"D2EHPA|{cation}", (value, None), dimers, origin)
    return rows


def main() -> None:
    with DATABASE.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(database_rows())


if __name__ == "__main__":
    main()
