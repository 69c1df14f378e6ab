"""Constants of extraction from measurements; run this file to write flowsheet/data/extraction.csv anew.

Everything is put to the engine as it was done in the laboratory: the liquor with its own activity coefficients (molal), the
organic ideal in mol/L, free extractant counted in units (dimers of an acid). What each constant was fitted to:

Cyanex 272    Mn, Co, Ni, Li, Na: Jantunen et al. (2022) Fig. 3b, digitised twice, A and B, a quarter of a pH unit apart.
              Each has its own constant per digitisation; the step from the complex at low loading to that at high loading
              is common to the divalent and to the monovalent cations and to both digitisations: twelve constants. The
              database holds B: it alone meets what the paper says in words (99.8, 99.0, 13.9 and 3.6 % of Mn, Co, Ni and
              Li at pH 5.27; A makes Ni 5.6), and is nearer to its pH50 at equal phases. The plants had been seen when
              this was found: nickel of the circuit at its raffinate's pH is 3.7 g/L off with B, 5.1 with the mean of both,
              7.2 with A. Figures with sodium hydroxide as fed hardly depend on the choice.
D2EHPA        Mn, Co, Ni, Cu, Zn, Mg, Ca, Al: isotherms of single metals (woomir2026; extractant 0.9 mol/L inferred) within 0.02
              in log10 D, and pH50 within their uncertainty, which tells of low loading where an isotherm does not. Of nickel
              the most concentrated liquor is left out: it took twice the base that its loading explains.
              Li, Na: the isotherm of lithium and the curve of Jantunen Fig. 2b together, read as Li2SO4 alone. The pH50
              of lithium in Fig. 3a (7.1) is left out: it contradicts both by two decades. woomir2026 (report v2.3.0) calls
              Fig. 2b a system of Li, Na and Ni, its liquor is not told. With the sodium that stands for Co and Mn of the
              leachate, 0.64 mol/L, curve and isotherm give Li -4.27 and -5.21, Na -4.28 and -5.22, met to 2.3 % and 0.007:
              the isotherm better (0.03), nickel of the pilot no better (`extraction_scores.alkali_fit`). The curve was
              taken with 5 % TBP, isotherm and pilot without; what TBP adds is not known apart.
LIX 984N      Cu: the two points of the supplier's test, extraction at pH 2 and strip with 160 g/L of acid.
others        pH50 at trace loading, in 0.5 mol/L Na2SO4, all extractant counted as free; amines and TBP: the HCl at which a
              trace is half extracted. Steps to the complex at high loading are taken over from the fits, or estimated.

Sodium follows from the charge of the liquor, since the pH was held with NaOH.
"""

import csv
import math
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

import extraction_bench as bench
import numpy as np
from extraction_bench import charge, read
from scipy.optimize import brentq, least_squares

from raffinate.flowsheet import Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.chemistry.database import table
from raffinate.flowsheet.chemistry.extractants import Complex, Extractant

DATABASE = bench.HERE.parents[1] / "flowsheet" / "data" / "extraction.csv"
HEADER = ["of", "quantity", "value", "unit", "conditions", "source", "where", "note"]
CATIONS = ["Mn+2", "Co+2", "Ni+2", "Li+", "Na+"]
TEXT = [("Mn+2", 5.27, 99.8), ("Co+2", 5.27, 99.0), ("Ni+2", 5.27, 13.9), ("Li+", 5.27, 3.6)]  # the paper in words
FEED = {
    "Mn+2": 2.09,
    "Co+2": 16.5,
    "Ni+2": 2.05,
    "Li+": 2.52,
}  # g/L, Fig. 3b; 0.8 mol/L, two and a half volumes of organic
ISOTHERM_MOLARITY = 0.9
D2EHPA_METALS = ["Mn+2", "Co+2", "Ni+2", "Cu+2", "Zn+2", "Mg+2", "Ca+2"]
WITHIN_LOG = 0.02  # of an isotherm, in log10 D
WITHIN_PERCENT = 3.0  # of a curve
TRACE = 1e-3  # mol/L
PH50_SALT = 1.0  # mol/L of sodium in the medium of a pH50
# Steps in log10 K from the complex at low to that at high loading, where none was fitted; range 1 either way.
STEPS = {"PC-88A": (-1.5, -0.25), "Versatic 10": (-1.0, -0.5), "BC196": (-1.0, -0.5), "LIX 984N": (None, None)}
BEHIND_SODIUM = {"NH4+": 0.3, "K+": 0.5}  # in log10 K on D2EHPA and Cyanex 272; range 0.5 either way


class Pair(NamedTuple):
    """log10 K and units of the complex at low loading and of that at high loading (None: it does not form)."""

    trace: float
    units: float
    loaded: float | None = None
    loaded_units: float = 1.0

    def complexes(self, cation: str, anion: str = "", anions: float = 0.0) -> list[Complex]:
        """The complexes as the engine takes them."""
        made = [Complex(cation, self.trace, self.units, anion, anions)]
        if self.loaded is not None:
            made.append(Complex(cation, self.loaded, self.loaded_units, anion, anions))
        return made


def extractant(name: str, pairs: Iterable[tuple[str, Pair]]) -> Extractant:
    """An extractant that names.csv knows, with these complexes whatever extraction.csv says of it."""
    with DATABASE.with_name("names.csv").open(newline="") as file:
        row = next(row for row in csv.DictReader(file) if row["species"] == name)
    complexes = tuple(complex_ for cation, pair in pairs for complex_ in pair.complexes(cation))
    density = {"density": table("volumes").value(name, "density")}
    return Extractant(name, row["formula"], row["kind"], table("extractants").value(name, "unit"), complexes, density)


# --- Cyanex 272


def curve_points(digitisation: str) -> list[tuple[str, float, float]]:
    """(cation, pH, extracted percent) of one digitisation."""
    rows = [row for row in read("jantunen2022_cyanex272.csv") if row["digitisation"] == digitisation]
    return [(row["cation"], float(row["ph"]), float(row["extracted_percent"])) for row in rows]


def cyanex(log_k: np.ndarray, steps: np.ndarray) -> Extractant:
    """Cyanex 272 from log10 K at low loading of the five cations, and the steps of divalent and monovalent ones."""
    pairs = []
    for k, cation in enumerate(CATIONS):
        z = charge(cation)
        pairs.append((cation, Pair(log_k[k], z, log_k[k] + steps[0 if z == 2 else 1], 0.5 * z)))
    return extractant("Cyanex 272", pairs)


def curve_errors(of: Extractant | str, points: list[tuple[str, float, float]]) -> np.ndarray:
    """Calculated minus measured percent at each point of Fig. 3b."""
    chemistry = Chemistry("Mn Co Ni Li Na S", extractants=(of,))
    feed, oil = bench.liquor(chemistry, FEED), bench.organic(chemistry, "Cyanex 272", 0.8, 2.5)
    found = bench.at_phs(chemistry, "Cyanex 272", feed, oil, [ph for _, ph, _ in points])
    return np.array([bench.percent(found[ph], cation) - e for cation, ph, e in points])


@cache
def fit_cyanex() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(log10 K of A, log10 K of B, the two steps), by least squares over both digitisations."""
    points_a, points_b = curve_points("A"), curve_points("B")

    def errors(p: np.ndarray) -> np.ndarray:
        return np.concatenate(
            [curve_errors(cyanex(p[:5], p[10:]), points_a), curve_errors(cyanex(p[5:10], p[10:]), points_b)]
        )

    start = np.array([-5.9, -6.5, -9.3, -6.9, -7.3, -5.4, -6.0, -8.8, -6.6, -7.1, -2.5, -0.1])
    fit = least_squares(errors, start, x_scale=0.1, diff_step=1e-4, xtol=1e-6, ftol=1e-8)
    return fit.x[:5], fit.x[5:10], fit.x[10:]


# --- D2EHPA


def isotherm(cation: str) -> list[dict[str, str]]:
    """The rows of one metal; of nickel without the most concentrated liquor."""
    rows = [row for row in read("d2ehpa_isotherms.csv") if row["cation"] == cation]
    return rows[:-1] if cation == "Ni+2" else rows


def isotherm_errors(of: Extractant | str, cation: str) -> np.ndarray:
    """log10 of calculated over measured distribution, at the pH that was measured.

    A liquor that was acidified gets the acid weighed and as much again, so that sodium hydroxide can hold its pH.
    """
    name = "D2EHPA"
    chemistry = Chemistry(f"{bench.element(cation)} Na S", extractants=(of,))
    oil = bench.organic(chemistry, name, ISOTHERM_MOLARITY, 0.05)
    errors = []
    for row in isotherm(cation):
        feed = bench.liquor(chemistry, {cation: float(row["feed_g_l"])}, 0.5)
        acid = 2.0 * float(row["acid_solution_g"]) / 1000.0
        feed = feed + Stream.of(chemistry, {"H2SO4": 0.1 * acid, "H2O": 0.9 * acid})
        found = bench.at_ph(chemistry, name, feed, oil, float(row["ph"]))
        measured = float(row["organic_mg_l"]) / float(row["aqueous_mg_l"])
        errors.append(math.log10(bench.distribution(found, cation) / measured))
    return np.array(errors)


def lithium_curve() -> list[tuple[float, float]]:
    """(pH, extracted percent) of Fig. 2b."""
    return [(float(row["ph"]), float(row["extracted_percent"])) for row in read("jantunen2022_d2ehpa_lithium.csv")]


def lithium_curve_errors(of: Extractant | str, sodium: float = 0.0) -> np.ndarray:
    """Calculated minus measured percent of Fig. 2b, a liquor of 2.52 g/L Li as sulfate, phase ratio 1, 0.8 mol/L.

    `sodium`: mol/L that the liquor holds besides, as sulfate.
    """
    chemistry = Chemistry("Li Na S", extractants=(of,))
    grams = {"Li+": 2.52, "Na+": sodium * bench.MASS["Na+"]}
    feed, oil = bench.liquor(chemistry, grams), bench.organic(chemistry, "D2EHPA", 0.8, 1.0)
    found = bench.at_phs(chemistry, "D2EHPA", feed, oil, [ph for ph, _ in lithium_curve()])
    return np.array([bench.percent(found[ph], "Li+") - e for ph, e in lithium_curve()])


@cache
def fit_alkali() -> dict[str, Pair]:
    """Lithium and sodium on D2EHPA: both complexes of lithium, sodium with the same step."""

    def pairs(p: np.ndarray) -> dict[str, Pair]:
        return {"Li+": Pair(p[0], 1.0, p[1], 0.5), "Na+": Pair(p[2], 1.0, p[2] + p[1] - p[0], 0.5)}

    def errors(p: np.ndarray) -> np.ndarray:
        of = extractant("D2EHPA", pairs(p).items())
        return np.concatenate([lithium_curve_errors(of) / WITHIN_PERCENT, isotherm_errors(of, "Li+") / WITHIN_LOG])

    fit = least_squares(errors, [-4.55, -5.0, -3.9], x_scale=0.3, diff_step=1e-3, xtol=1e-6, ftol=1e-8)
    return pairs(fit.x)


def ph50_row(name: str, cation: str, source: str = "") -> dict[str, str]:
    """The first pH50 of a cation, of one source where it is told."""
    rows = read("extraction_ph50.csv")
    return next(r for r in rows if (r["extractant"], r["cation"]) == (name, cation) and source in (r["source"], ""))


@cache
def fit_divalent(cation: str) -> Pair:
    """A divalent cation on D2EHPA: two complexes from its isotherm and its pH50, sodium as fitted beside lithium."""
    sodium = ("Na+", fit_alkali()["Na+"])
    seed = ph50_row("D2EHPA", cation, "jantunen2022" if cation in {"Mn+2", "Co+2", "Ni+2"} else "")

    def errors(p: np.ndarray) -> np.ndarray:
        pair = Pair(p[0], 2.0, p[1], 1.0)
        measured = isotherm_errors(extractant("D2EHPA", [(cation, pair), sodium]), cation) / WITHIN_LOG
        ph = half_extracted(cation, pair, float(seed["molarity"]), 2.0)
        return np.append(measured, (ph - float(seed["ph50"])) / float(seed["within"]))

    low = from_ph50(cation, float(seed["ph50"]), float(seed["molarity"]), 2.0, -1.0).trace
    bounds = ([low - 3.0, low - 4.0], [low + 3.0, low + 3.0])
    fit = least_squares(errors, [low, low - 1.0], bounds=bounds, x_scale=0.3, diff_step=1e-3, xtol=1e-6, ftol=1e-8)
    return Pair(fit.x[0], 2.0, fit.x[1], 1.0)


@cache
def fit_aluminium() -> Pair:
    """Aluminium on D2EHPA: one complex with two dimers; its three points do not agree better with any other number."""

    def errors(p: np.ndarray) -> np.ndarray:
        return isotherm_errors(extractant("D2EHPA", [("Al+3", Pair(p[0], 2.0))]), "Al+3")

    return Pair(least_squares(errors, [-1.9], diff_step=1e-3).x[0], 2.0)


# --- from pH50 and from half extraction


@cache
def medium(cation: str, ph: float) -> float:
    """Activity (molal) of a trace of a cation in 0.5 mol/L Na2SO4 at a pH, per mol/L of it."""
    chemistry = Chemistry(f"{'N' if cation == 'NH4+' else bench.element(cation)} Na S")
    moles = {cation: TRACE, "Na+": PH50_SALT, "SO4-2": 0.5 * (charge(cation) * TRACE + PH50_SALT)}
    if cation == "Na+":
        moles["SO4-2"] = 0.5 * PH50_SALT
    masses = {name: n * chemistry.molar_masses[chemistry.index[name]] for name, n in moles.items()}
    made = Stream.of(chemistry, {**masses, "H2O": 0.98})
    titrant = {"H2SO4": 0.5, "H2O": 0.5} if made.ph > ph else {"NaOH": 0.1, "H2O": 0.9}
    held = bench.dose(made, Stream.of(chemistry, titrant), ph, bench.ROOM, ())[0]
    molarity = held[cation] / (held.liquor_volume / bench.LITRE)
    return held.equilibrium.activity(cation) / molarity


def log_distribution(cation: str, pair: Pair, ph: float, units: float) -> float:
    """log10 D of a trace at a pH and `units` of free extractant (mol/L)."""
    z = charge(cation)
    both = [(pair.trace, pair.units)] + ([(pair.loaded, pair.loaded_units)] if pair.loaded is not None else [])
    share = sum(10.0 ** (k + u * math.log10(units)) for k, u in both)
    return math.log10(share * medium(cation, round(ph, 3))) + z * ph


def half_extracted(cation: str, pair: Pair, molarity: float, unit: float) -> float:
    """The pH at which a trace is half extracted, phase ratio 1."""
    return float(brentq(lambda ph: log_distribution(cation, pair, ph, molarity / unit), -1.0, 12.0, xtol=1e-4))


def from_ph50(cation: str, ph50: float, molarity: float, unit: float, step: float | None) -> Pair:
    """Both complexes of a cation from the pH at which its trace is half extracted."""
    z = charge(cation)
    units = float(z)
    if step is None:
        pair = Pair(0.0, units)
    else:
        pair = Pair(0.0, units, step * (1.5 if z == 3 else 1.0), 0.5 * units)
    low = -log_distribution(cation, pair, ph50, molarity / unit)
    return pair._replace(trace=low, loaded=None if pair.loaded is None else low + pair.loaded)


@cache
def in_acid(cation: str, chloride: float) -> tuple[float, float, float]:
    """Activities of a trace of a cation per mol/L, of Cl- and of H+, in hydrochloric acid of `chloride` mol/L."""
    chemistry = Chemistry(f"{bench.element(cation)} Cl")
    z = charge(cation)

    def made(water: float) -> Stream:
        moles = {"H+": chloride, "Cl-": chloride + z * TRACE, cation: TRACE}
        masses = {name: n * chemistry.molar_masses[chemistry.index[name]] for name, n in moles.items()}
        return Stream.of(chemistry, {**masses, "H2O": water})

    stream = made(float(brentq(lambda w: made(w).liquor_volume / bench.LITRE - 1.0, 0.5, 1.2)))
    found = stream.equilibrium
    return found.activity(cation) / TRACE, found.activity("Cl-"), found.activity("H+")


def from_half(cation: str, chloride: float, units: float, anions: float, molarity: float) -> float:
    """log10 K of a chloride complex from the acid at which a trace is half extracted, all extractant free."""
    metal, salt, acid = in_acid(cation, chloride)
    protons = charge(cation) - anions
    return protons * math.log10(acid) - math.log10(metal) - units * math.log10(molarity) - anions * math.log10(salt)


# --- LIX 984N


def lix_errors(of: Extractant | str) -> np.ndarray:
    """log10 of calculated over stated copper in the organic, of the extraction and the strip point."""
    chemistry = Chemistry("Cu Fe S", extractants=(of,))
    errors = []
    for row in read("lix984n.csv")[1:]:
        oil = bench.organic(chemistry, "LIX 984N", float(row["molarity"]), 1.0)
        held = float(row["organic_Cu_g_l_in"]) / bench.MASS["Cu+2"]
        flows = np.array(oil.flows)
        flows[chemistry.index["HA[LIX 984N]"]] -= 2.0 * held
        flows[chemistry.index["CuA2[LIX 984N]"]] += held
        grams = {"Cu+2": float(row["feed_Cu_g_l"]), "Fe+3": float(row["feed_Fe_g_l"])}
        feed = bench.liquor(chemistry, grams, 1.0, float(row["feed_ph"]) if row["feed_ph"] else None)
        if row["feed_acid_g_l"]:
            feed = feed + Stream.of(chemistry, {"H2SO4": float(row["feed_acid_g_l"]) / 1000.0})
        found = bench.contact(feed, oil.replace(flows=flows), "LIX 984N")
        calculated = float(found.organic[0, found.cations.index("Cu+2")]) * bench.MASS["Cu+2"]
        errors.append(math.log10(calculated / float(row["organic_Cu_g_l"])))
    return np.array(errors)


@cache
def fit_lix() -> Pair:
    """Copper on LIX 984N: one constant for the two points."""

    def errors(p: np.ndarray) -> np.ndarray:
        return lix_errors(extractant("LIX 984N", [("Cu+2", Pair(p[0], 2.0))]))

    return Pair(least_squares(errors, [2.0], diff_step=1e-3).x[0], 2.0)


# --- the rows of extraction.csv

SCALE = "25 degC; molal activities, organic mol/L"
CURVE = ("jantunen2022", "Fig. 3b")


class Origin(NamedTuple):
    """What the rows of a cation say of themselves."""

    source: str
    where: str
    note: str


def rows_of(of: str, pair: Pair, origin: Origin, anions: float = 0.0) -> list[list[str]]:
    """The rows of one cation; the anions follow the first complex."""
    rows = []
    complexes = [("trace", pair.trace, pair.units)]
    if pair.loaded is not None:
        complexes.append(("loaded", pair.loaded, pair.loaded_units))
    for load, log_k, units in complexes:
        rows.append([of, f"log_k_{load}", f"{log_k:.2f}", "-", SCALE, *origin])
        rows.append([of, f"units_{load}", f"{units:g}", "-", SCALE, *origin])
    if anions:
        rows.append([of, "anions", f"{anions:g}", "-", SCALE, *origin])
    return rows


def cyanex_rows() -> list[list[str]]:
    """Cyanex 272: five cations from the curve, the others from pH50 with its steps."""
    log_a, log_b, steps = fit_cyanex()
    name, rows = "Cyanex 272", []
    for k, cation in enumerate(CATIONS):
        z = charge(cation)
        step = steps[0 if z == 2 else 1]
        note = f"fitted: by fit_extraction.py; digitisation B, which meets the paper's text; A gives {log_a[k]:.2f}"
        note += f"; loaded is trace {step:+.2f}; range 0.3 either way"
        rows += rows_of(f"{name}|{cation}", Pair(log_b[k], z, log_b[k] + step, 0.5 * z), Origin(*CURVE, note))
    sodium = Pair(log_b[4], 1.0, log_b[4] + steps[1], 0.5)
    rows += ph50_rows(name, 2.0, (float(steps[0]), float(steps[1])), set(CATIONS))
    return rows + behind_sodium(name, sodium)


def behind_sodium(name: str, sodium: Pair) -> list[list[str]]:
    """Ammonium and potassium, a little weaker than sodium."""
    rows = []
    for cation, less in BEHIND_SODIUM.items():
        pair = sodium._replace(trace=sodium.trace - less, loaded=sodium.loaded - less)
        note = f"estimated: by fit_extraction.py; sodium less {less:g}, by the series Na, NH4, K; range 0.5 either way"
        rows += rows_of(f"{name}|{cation}", pair, Origin("raffinate2026", "series of cations", note))
    return rows


def d2ehpa_rows() -> list[list[str]]:
    """D2EHPA: isotherms, the lithium curve, pH50 of iron."""
    name, rows = "D2EHPA", []
    for cation in D2EHPA_METALS:
        pair = fit_divalent(cation)
        source = "jantunen2022" if cation in {"Mn+2", "Co+2", "Ni+2"} else ""
        seed = ph50_row(name, cation, source)
        calculated = half_extracted(cation, pair, float(seed["molarity"]), 2.0)
        note = (
            "fitted: by fit_extraction.py to the isotherm of the single metal, extractant 0.9 mol/L inferred, and to "
        )
        note += (
            f"pH50 {seed['ph50']} at {seed['molarity']} mol/L ({seed['source']}), which comes out as {calculated:.2f}"
        )
        rows += rows_of(
            f"{name}|{cation}", pair, Origin("woomir2026", "single-metal isotherms", note + "; range 0.3 either way")
        )
    note = "fitted: by fit_extraction.py to the isotherm of the single metal, one complex; range 0.5 either way"
    rows += rows_of(f"{name}|Al+3", fit_aluminium(), Origin("woomir2026", "single-metal isotherms", note))
    alkali = fit_alkali()
    note = "fitted: by fit_extraction.py to the isotherm of lithium and the curve of Fig. 2b read as Li2SO4 alone; "
    note += (
        "range -6.5 to -4.2, since the pH50 of Fig. 3a contradicts both and sodium in the liquor of Fig. 2b is not told"
    )
    rows += rows_of(f"{name}|Li+", alkali["Li+"], Origin("woomir2026", "single-metal isotherms", note))
    note = "fitted: by fit_extraction.py to the curve of lithium in Fig. 2b, whose height tells how much sodium goes along; "
    note += "range -5.7 to -3.8"
    rows += rows_of(f"{name}|Na+", alkali["Na+"], Origin("jantunen2022", "Fig. 2b", note))
    step = float(np.mean([fit_divalent(c).loaded - fit_divalent(c).trace for c in ("Mn+2", "Cu+2", "Mg+2")]))
    known = {*D2EHPA_METALS, "Al+3", "Li+", "Na+"}
    return rows + ph50_rows(name, 2.0, (step, -0.5), known) + behind_sodium(name, alkali["Na+"])


def ph50_rows(name: str, unit: float, steps: tuple[float | None, float | None], known: set[str]) -> list[list[str]]:
    """The cations of an extractant that only a pH50 tells of."""
    rows, done = [], set(known)
    for row in read("extraction_ph50.csv"):
        cation = row["cation"]
        if row["extractant"] != name or cation in done:
            continue
        done.add(cation)
        step = steps[1] if charge(cation) == 1 else steps[0]
        pair = from_ph50(cation, float(row["ph50"]), float(row["molarity"]), unit, step)
        spread = charge(cation) * float(row["within"])
        note = f"{row['note']}; pH50 {row['ph50']} at {row['molarity']} mol/L, range {spread:.1g} either way"
        rows += rows_of(f"{name}|{cation}", pair, Origin(row["source"], row["where"], note))
    return rows


def copper_rows() -> list[list[str]]:
    """LIX 984N."""
    note = (
        "fitted: by fit_extraction.py to the supplier's extraction and strip point (recalled: 4.40 and 1.80 g/L Cu); "
    )
    note += "range 0.3 either way"
    rows = rows_of("LIX 984N|Cu+2", fit_lix(), Origin("redbook", "10.6 typical properties", note))
    return rows + ph50_rows("LIX 984N", 1.0, STEPS["LIX 984N"], {"Cu+2"})


def chloride_rows() -> list[list[str]]:
    """Amines and TBP: MCl2 with two units, FeCl3 with one ion pair, HFeCl4 with two molecules of TBP."""
    rows = []
    for row in read("chloride_half.csv"):
        name, cation = row["extractant"], row["cation"]
        iron = cation == "Fe+3"
        anions = 4.0 if iron and name == "TBP" else float(charge(cation))
        units = 1.0 if iron and name != "TBP" else 2.0
        half, within = float(row["chloride"]), float(row["within"])
        log_k = from_half(cation, half, units, anions, float(row["molarity"]))
        ends = [
            from_half(cation, half + d, units, anions, float(row["molarity"])) for d in (within, -min(within, half / 2))
        ]
        note = f"{row['note']}; {half:g} mol/L; range {min(ends):.1f} to {max(ends):.1f}"
        rows += rows_of(f"{name}|{cation}", Pair(log_k, units), Origin(row["source"], row["where"], note), anions)
    return rows


def with_enthalpies(rows: list[list[str]]) -> list[list[str]]:
    """The rows with the enthalpy of a cation behind its first complex; without one it is taken as none."""
    known = {f"{row['extractant']}|{row['cation']}": row for row in read("extraction_enthalpies.csv")}
    found = []
    for row in rows:
        found.append(row)
        told = known.get(row[0]) if row[1] == "units_trace" else None
        if told is not None:
            note = f"{told['note']}; range {told['low']} to {told['high']}"
            found.append(
                [row[0], "enthalpy_trace", told["enthalpy_kj_mol"], "kJ/mol", "25 degC", told["source"], "-", note]
            )
    return found


def database_rows() -> list[list[str]]:
    """All rows of extraction.csv below its header."""
    rows = [*cyanex_rows(), *d2ehpa_rows()]
    for name in ("PC-88A", "Versatic 10", "BC196"):
        rows += ph50_rows(name, 2.0, STEPS[name], set())
    return with_enthalpies([*rows, *copper_rows(), *chloride_rows()])


def main() -> None:
    rows = database_rows()
    with DATABASE.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
