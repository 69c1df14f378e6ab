"""Fits to made-up data give back the constants that made them, closed forms hold, and what data leave open is named."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from raffinate.flowsheet import DataError, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.chemistry.extractants import Complex, Extractant
from raffinate.flowsheet.extraction.fitting import ExtractantFit, Uncertainty, fit_extractant
from raffinate.flowsheet.extraction.observations import CascadePoint, Conditions, ExtractionPoint, LoadingPoint
from raffinate.flowsheet.extraction.section import Section, contact, run_section
from raffinate.flowsheet.quantities import celsius, mol_per_litre
from raffinate.flowsheet.stream import solvent

TRUE = Extractant(
    "acid",
    "C16H35O2P",
    complexes=(
        Complex("Co+2", -7.3, 2.0),
        Complex("Co+2", -8.6, 1.0),
        Complex("Li+", -6.4, 1.0),
        Complex("Na+", -7.0, 1.0),
    ),
    properties={"density": 920.0},
)
ONE = replace(TRUE, complexes=(Complex("Co+2", -7.3, 2.0), Complex("Na+", -7.0, 1.0)))
MASS = {"Co+2": 58.933, "Li+": 6.94}  # g/mol
PHS = (4.0, 4.3, 4.6, 4.9, 5.2, 5.8, 6.4, 7.0)
LOADINGS = ((5.0, 4.2), (15.0, 4.4), (30.0, 4.6), (15.0, 5.0), (30.0, 5.2), (50.0, 5.4))


def unknown(extractant: Extractant, *cations: str) -> Extractant:
    """The same complexes, of which nothing is known; those of some cations alone where they are named."""
    blank = [
        replace(complex_, log_k=0.0) if not cations or complex_.cation in cations else complex_
        for complex_ in extractant.complexes
    ]
    return replace(extractant, complexes=tuple(blank))


def chemistry_of(extractant: Extractant) -> Chemistry:
    return Chemistry("Li Na Co S", extractants=(extractant,))


def liquor_of(chemistry: Chemistry, conditions: Conditions) -> Stream:
    """1 m3/s of a solution of sulfates, its water found by trial."""
    water = 1000.0
    for _ in range(40):
        liquor = Stream.of(chemistry, {"H2O": water}, conditions.temperature)
        for cation, salt in (("Co+2", "CoSO4"), ("Li+", "Li2SO4")):
            wanted = conditions.feed.get(cation, 0.0) / MASS[cation] * 1000.0
            part = Stream.of(chemistry, {salt: 1.0}, conditions.temperature)
            liquor = liquor + part * (wanted / part[cation])
        water -= 1000.0 * (liquor.liquor_volume - 1.0)
    return liquor


def soda(chemistry: Chemistry, temperature: float) -> Stream:
    return Stream.of(chemistry, {"NaOH": 1.0}, temperature)


def meet(extractant: Extractant, conditions: Conditions, ph: float):
    """One contact, made without the code under test."""
    chemistry, temperature = chemistry_of(extractant), conditions.temperature
    organic = solvent(chemistry, extractant.name, conditions.extractant, conditions.organic_to_aqueous)
    liquor = liquor_of(chemistry, conditions)
    organic = organic.replace(temperature=temperature)
    return contact(liquor, organic, extractant.name, ph=ph, base=soda(chemistry, temperature))


def share(profile, cation: str) -> float:
    at = profile.cations.index(cation)
    organic = profile.organic[0, at] * profile.organic_flow[0]
    return organic / (organic + profile.aqueous[0, at] * profile.liquor_flow[0])


def grams(profile, cation: str, phase: str) -> float:
    return float(getattr(profile, phase)[0, profile.cations.index(cation)]) * MASS[cation]


def curve(extractant: Extractant, noise: float = 0.0, seed: int = 0, phs=PHS, **changes) -> list[ExtractionPoint]:
    """E of every cation at several pH, with scatter."""
    conditions = Conditions(**({"feed": {"Co": 8.0, "Li": 1.5}, "extractant": 700.0} | changes))
    random = np.random.default_rng(seed)
    points = []
    for ph in phs:
        profile = meet(extractant, conditions, ph)
        extracted = {
            cation: float(np.clip(share(profile, cation) + noise * random.normal(), 0.0, 1.0))
            for cation in profile.cations
            if cation in conditions.feed or cation == "Na+"
        }
        points.append(ExtractionPoint(conditions=conditions, ph=ph, extracted=extracted, name=f"pH {ph:g}"))
    return points


def isotherm(extractant: Extractant, noise: float = 0.0, seed: int = 0) -> list[LoadingPoint]:
    random = np.random.default_rng(seed)
    points = []
    for cobalt, ph in LOADINGS:
        conditions = Conditions(feed={"Co": cobalt}, extractant=600.0)
        profile = meet(extractant, conditions, ph)
        aqueous, organic = (
            {"Co": grams(profile, "Co+2", phase) * float(np.exp(noise * random.normal()))}
            for phase in ("aqueous", "organic")
        )
        points.append(LoadingPoint(conditions=conditions, aqueous=aqueous, organic=organic, ph=ph))
    return points


@pytest.fixture(scope="module")
def noisy() -> ExtractantFit:
    return fit_extractant(curve(TRUE, 0.01, 3) + isotherm(TRUE, 0.03, 4), unknown(TRUE))


def test_fit__gives_back_the_constants_that_made_the_data_within_their_intervals(noisy):
    truth = [complex_.log_k for complex_ in TRUE.complexes]
    assert noisy.constants["determined"].all()
    assert (noisy.constants["low"] < truth).all()
    assert (noisy.constants["high"] > truth).all()
    assert noisy.constants["value"].to_numpy() == pytest.approx(truth, abs=0.2)
    assert (noisy.constants["standard error"] < 0.2).all()
    assert noisy.left_open == ()
    assert noisy.mean_errors["E %"].dropna().max() < 2.0


def test_fit__covers_the_truth_as_often_as_it_says():
    """Ten fits of one constant: all but one or two intervals of 95 % hold it, and they are no wider than they need be."""
    conditions = Conditions(feed={"Co": 0.5}, extractant=600.0)
    profile = {ph: share(meet(ONE, conditions, ph), "Co+2") for ph in (4.0, 4.3, 4.6)}
    only = replace(ONE, complexes=(ONE.complexes[0], ONE.complexes[1]))
    random = np.random.default_rng(11)
    within, errors = 0, []
    for _ in range(10):
        points = [
            ExtractionPoint(conditions=conditions, ph=ph, extracted={"Co": float(value + 0.01 * random.normal())})
            for ph, value in profile.items()
        ]
        row = fit_extractant(points, only).constants.loc["log K Co+2 with 2 units"]
        within += row["low"] < -7.3 < row["high"]
        errors.append(abs(row["value"] + 7.3))
    assert within >= 8
    assert np.mean(errors) < 0.03


def test_fit__without_scatter_is_exact():
    fit = fit_extractant(curve(TRUE) + isotherm(TRUE), unknown(TRUE))
    truth = [complex_.log_k for complex_ in TRUE.complexes]
    assert fit.constants["value"].to_numpy() == pytest.approx(truth, abs=0.01)
    assert fit.residuals["in uncertainties"].abs().max() < 0.05
    assert np.diag(fit.correlation) == pytest.approx(1.0)


def test_fit__of_one_trace_is_the_law_of_mass_action():
    """One contact, one complex: log K = log [complex] - log a(M) - u log E - z pH, all taken from the streams."""
    conditions = Conditions(feed={"Co": 0.05}, extractant=600.0)
    profile = meet(ONE, conditions, 4.2)
    at = profile.cations.index("Co+2")
    active = profile.raffinate.equilibrium.activity("Co+2")
    by_hand = np.log10(profile.organic[0, at] / active / profile.free[0] ** 2) - 2.0 * 4.2
    point = ExtractionPoint(conditions=conditions, ph=4.2, extracted={"Co": share(profile, "Co+2")})
    fit = fit_extractant([point], unknown(ONE, "Co+2"), cations=("Co+2",))
    assert by_hand == pytest.approx(-7.3, abs=1e-6)
    assert fit.constants.loc["log K Co+2 with 2 units", "value"] == pytest.approx(by_hand, abs=5e-3)


def test_fit__half_the_residuals_half_the_intervals():
    wide, narrow = (
        fit_extractant(curve(ONE, noise, 5), unknown(ONE, "Co+2"), cations=("Co+2",)).constants
        for noise in (0.02, 0.01)
    )
    ratio = wide["standard error"] / narrow["standard error"]
    assert ratio.to_numpy() == pytest.approx(2.0, rel=0.2)


def test_fit__keeps_constants_that_it_is_not_asked_for(noisy):
    fit = fit_extractant(
        curve(TRUE), replace(TRUE, complexes=(replace(TRUE.complexes[0], log_k=-5.0), *TRUE.complexes[1:])), ("Co+2",)
    )
    assert list(fit.constants.index) == ["log K Co+2 with 2 units", "log K Co+2 with 1 unit"]
    assert fit.extractant.complexes[2:] == TRUE.complexes[2:]
    assert fit.extractant.complexes[0].log_k == pytest.approx(-7.3, abs=0.1)


def test_fit__shares_the_step_between_complexes_of_a_charge():
    extractant = replace(
        TRUE, complexes=(*TRUE.complexes[:3], Complex("Li+", -7.4, 0.5), TRUE.complexes[3], Complex("Na+", -8.0, 0.5))
    )
    fit = fit_extractant(
        curve(extractant, 0.005, 6) + isotherm(extractant, 0.02, 7), unknown(extractant), shared_step=True
    )
    log_k = {(c.cation, c.units): c.log_k for c in fit.extractant.complexes}
    assert log_k["Li+", 0.5] - log_k["Li+", 1.0] == pytest.approx(log_k["Na+", 0.5] - log_k["Na+", 1.0], abs=1e-12)
    assert log_k["Co+2", 2.0] == pytest.approx(-7.3, abs=0.2)
    assert len(fit.constants) == 6


def test_fit__finds_an_enthalpy_from_two_temperatures():
    warm = replace(ONE, complexes=(replace(ONE.complexes[0], enthalpy=4e4), ONE.complexes[1]))
    points = [
        p
        for t in (25.0, 50.0)
        for p in curve(warm, 0.005, 8, (3.8, 4.2, 4.6, 5.0), temperature=celsius(t), feed={"Co": 5.0})
    ]
    fit = fit_extractant(points, unknown(warm))
    row = fit.constants.loc["enthalpy Co+2"]
    assert row["unit"] == "kJ/mol"
    assert row["low"] < 40.0 < row["high"]
    assert row["value"] == pytest.approx(40.0, abs=5.0)
    assert fit.extractant.complexes[0].enthalpy == pytest.approx(1000.0 * row["value"])


def cascade(extractant: Extractant, dose: float) -> CascadePoint:
    """Three stages in counter-current, made without the code under test."""
    conditions = Conditions(feed={"Co": 10.0, "Li": 2.0}, extractant=500.0, organic_to_aqueous=1.2)
    chemistry = chemistry_of(extractant)
    organic = solvent(chemistry, extractant.name, 500.0, 1.2)
    section = Section(extractant=extractant.name, stages=3, dose={3: dose}, base=soda(chemistry, 298.15))
    answer = run_section(section, liquor_of(chemistry, conditions), organic)
    cobalt, lithium = (answer.cations.index(cation) for cation in ("Co+2", "Li+"))
    aqueous, organic = (getattr(answer, phase)[:, cobalt] * MASS["Co+2"] for phase in ("aqueous", "organic"))
    return CascadePoint(
        conditions=conditions,
        stages=3,
        raffinate={"Co": aqueous[2], "Li": answer.aqueous[2, lithium] * MASS["Li+"]},
        loaded={"Co": organic[0]},
        aqueous={2: {"Co": aqueous[1]}},
        ph=float(answer.ph[2]),
        dose=dose,
    )


def test_fit__of_cascades_that_were_run_on_a_dose():
    one = replace(TRUE, complexes=(TRUE.complexes[0], *TRUE.complexes[2:]))
    days = [cascade(one, dose) for dose in (100.0, 180.0, 250.0)]
    start = replace(one, complexes=tuple(replace(c, log_k=c.log_k + 0.5) for c in one.complexes))
    fit = fit_extractant(days, start, uncertainty=Uncertainty(concentration=0.02, ph=0.02))
    assert set(fit.residuals["what"]) == {"aqueous", "organic", "pH"}
    assert fit.residuals["in uncertainties"].abs().max() < 0.2
    assert fit.constants.loc["log K Co+2 with 2 units", "value"] == pytest.approx(-7.3, abs=0.03)


def test_fit__holds_the_ph_of_a_raffinate_where_no_dose_is_told():
    one = replace(TRUE, complexes=(TRUE.complexes[0], *TRUE.complexes[2:]))
    fit = fit_extractant([replace(cascade(one, 200.0), dose=None)], one, cations=("Co+2",))
    assert fit.residuals["in uncertainties"].abs().max() < 0.1


def test_fit__takes_a_dosed_contact():
    conditions = Conditions(feed={"Co": 8.0}, extractant=600.0)
    profile = meet(ONE, conditions, 4.6)
    point = LoadingPoint(
        conditions=conditions, organic={"Co": grams(profile, "Co+2", "organic")}, dose=float(profile.dosed[0])
    )
    fit = fit_extractant([point], ONE, cations=("Co+2",))
    assert fit.residuals["calculated"].to_numpy() == pytest.approx(fit.residuals["measured"].to_numpy(), rel=1e-3)


def test_left_open__metal_that_is_always_all_extracted():
    points = curve(ONE, phs=(6.0, 6.5, 7.0), feed={"Co": 2.0})
    fit = fit_extractant(points, unknown(ONE, "Co+2"), cations=("Co+2",))
    [said] = fit.left_open
    assert said.startswith("log K Co+2 with 2 units is not determined (")
    assert said.endswith("%, which bounds it from below only; measure at a lower pH")
    assert not fit.constants["determined"].any()


def test_left_open__metal_that_is_never_extracted():
    conditions = Conditions(feed={"Co": 2.0}, extractant=700.0)
    points = [ExtractionPoint(conditions=conditions, ph=ph, extracted={"Co": 0.0}) for ph in (1.5, 2.0)]
    fit = fit_extractant(points, unknown(ONE, "Co+2"), cations=("Co+2",))
    assert "every E of Co+2 lies at 0 to 0" in fit.left_open[0]
    assert "bounds it from above only; measure at a higher pH" in fit.left_open[0]


def test_left_open__complex_that_is_never_there():
    points = curve(ONE, 0.001, 14, feed={"Co": 8.0}) + isotherm(ONE, 0.001, 15)
    start = unknown(ONE)
    fit = fit_extractant(points, replace(start, complexes=(*start.complexes, Complex("Co+2", 0.0, 1.0))))
    [said] = [sentence for sentence in fit.left_open if sentence.startswith("log K Co+2 with 1 unit")]
    assert "is not determined" in said
    assert "this complex is never there, at most" in said
    assert "leave it out, or measure at a higher loading" in said
    assert fit.constants.loc["log K Co+2 with 2 units", "value"] == pytest.approx(-7.3, abs=0.05)


def test_left_open__two_complexes_at_one_loading_are_known_together_alone():
    points = curve(TRUE, 0.005, 10, (4.0, 4.3, 4.6), feed={"Co": 0.1})
    fit = fit_extractant(points, unknown(TRUE, "Co+2"), cations=("Co+2",))
    assert any("only its combination with log K Co+2 with" in sentence for sentence in fit.left_open)


def test_left_open__more_constants_than_readings():
    points = curve(TRUE, phs=(4.6,))
    fit = fit_extractant(points, unknown(TRUE, "Co+2"), cations=("Co+2",))
    assert len(fit.left_open) >= 1
    assert not fit.constants["determined"].all()


def test_choices__keep_the_complex_that_made_the_data():
    points = isotherm(ONE, 0.01, 12) + curve(ONE, 0.005, 13)
    start = unknown(ONE)
    wrong = replace(start, complexes=(replace(start.complexes[0], units=1.0), start.complexes[1]))
    fit = fit_extractant(points, wrong, choices={"Co+2": [(1.0,), (2.0,), (3.0,)]})
    assert [c.units for c in fit.extractant.complexes if c.cation == "Co+2"] == [2.0]
    assert fit.remarks[-1].startswith("Co+2: complexes of 2 units are kept; those of")


def test_choices__say_that_the_data_do_not_choose():
    conditions = Conditions(feed={"Co": 0.05}, extractant=600.0)
    points = [
        ExtractionPoint(conditions=conditions, ph=ph, extracted={"Co": share(meet(ONE, conditions, ph), "Co+2") + e})
        for ph, e in ((4.0, 0.01), (4.2, -0.01), (4.4, 0.01))
    ]
    fit = fit_extractant(points, unknown(ONE, "Co+2"), choices={"Co+2": [(2.0,), (2.5,)]})
    assert "the data do not choose" in fit.remarks[-1]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"cations": ("Ni+2",)}, "acid has no complex of 'Ni\\+2' to fit"),
        ({"choices": {"Ni+2": [(2.0,)]}}, "choices: 'Ni\\+2' is not among the cations fitted"),
        ({"choices": {"Co+2": [()]}}, "Co\\+2 is given 0 complexes"),
    ],
)
def test_fit__refuses_what_it_cannot_do(asked, said):
    with pytest.raises(DataError, match=said):
        fit_extractant(curve(ONE, phs=(4.2,)), ONE, **asked)


def test_fit__refuses_a_reading_that_no_complex_answers():
    conditions = Conditions(feed={"Co": 1.0, "Ni": 1.0}, extractant=600.0)
    point = ExtractionPoint(conditions=conditions, ph=4.0, extracted={"Co": 0.5, "Ni": 0.1}, name="a")
    with pytest.raises(DataError, match=r"a: Ni\+2 was measured, but acid has no complex of it"):
        fit_extractant([point], ONE)


def test_uncertainty__is_above_zero():
    with pytest.raises(DataError, match="uncertainty: ph = 0 is not above 0"):
        Uncertainty(ph=0.0)


def test_fit__is_used_straight_in_a_chemistry(noisy):
    chemistry = Chemistry("Co Na S", extractants=(noisy.extractant,))
    liquor = Stream.of(chemistry, {"H2O": 1.0, "CoSO4": 0.03})
    organic = solvent(chemistry, "acid", 0.6 * mol_per_litre, liquor.liquor_volume)
    profiles = [
        contact(liquor, organic, "acid", ph=ph, base=Stream.of(chemistry, {"NaOH": 1.0})) for ph in (3.5, 4.5, 5.5)
    ]
    shares = [share(profile, "Co+2") for profile in profiles]
    assert all(one < other for one, other in pairwise(shares))


def test_draw__has_a_frame_for_each_metal_and_writes_whole_files(noisy, tmp_path):
    figure = noisy.draw(tmp_path / "fit.png")
    heads = [text.get_text() for axes in figure.axes for text in axes.texts if text.get_gid() == "head"]
    assert heads == ["Li⁺", "Co²⁺", "Na⁺", "Co²⁺, loading"]
    frames = [axes for axes in figure.axes if axes.axison]
    assert all(axes.get_xlabel() and axes.get_ylabel() for axes in frames)
    noisy.draw(tmp_path / "again.png")
    assert (tmp_path / "fit.png").read_bytes() == (tmp_path / "again.png").read_bytes()
    with pytest.raises(DataError, match="'jpgg' is no format of figures"):
        noisy.draw(tmp_path / "x.jpgg")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again.png", "fit.png"]


def test_draw__dots_are_the_readings_and_curves_pass_by_them(noisy):
    figure = noisy.draw()
    _, frame, *_ = [axes for axes in figure.axes if axes.axison]
    [line] = [one for one in frame.lines if len(one.get_xdata()) > 20]
    [dots] = [one for one in frame.lines if one.get_marker() == "o"]
    assert list(dots.get_xdata()) == list(PHS)
    apart = np.interp(PHS, line.get_xdata(), line.get_ydata()) - np.array(dots.get_ydata())
    assert np.abs(apart).max() < 5.0


def test_draw__shows_cascades_as_parity():
    one = replace(TRUE, complexes=(TRUE.complexes[0], *TRUE.complexes[2:]))
    figure = fit_extractant([cascade(one, 200.0)], one, cations=("Co+2",)).draw()
    heads = [text.get_text() for axes in figure.axes for text in axes.texts if text.get_gid() == "head"]
    assert heads == ["cascades, g/L", "pH of cascades"]


def test_fit__finds_the_share_of_the_base_that_was_at_work():
    one = replace(TRUE, complexes=(TRUE.complexes[0], *TRUE.complexes[2:]))
    days = [replace(day, dose=day.dose / 0.8) for day in (cascade(one, dose) for dose in (80.0, 120.0, 160.0))]
    fit = fit_extractant(days, one, cations=("Co+2",), base_use=True)
    assert fit.base_use == pytest.approx(0.8, abs=0.01)
    row = fit.constants.loc["share of the base at work"]
    assert row["low"] < 0.8 < row["high"]
    assert fit.residuals["in uncertainties"].abs().max() < 0.2


def test_fit__has_no_use_of_base_without_a_dose():
    with pytest.raises(DataError, match="base_use: there are 0 tests that were run on a dose of base"):
        fit_extractant(curve(ONE, phs=(4.2,)), ONE, base_use=True)


def test_fit__says_which_constants_were_kept():
    fit = fit_extractant(curve(ONE, phs=(4.2, 4.6)), ONE, cations=("Co+2",))
    assert fit.remarks == ("Na+ takes part in 2 tests and keeps its log K: -7.00 (Na+ with 1 unit)",)


def test_fit__takes_what_solvates():
    """Cobalt with chloride: nothing depends on pH but through the liquor."""
    solvate = Extractant(
        "solvate",
        "C12H27O4P",
        kind="solvating",
        unit=1.0,
        complexes=(Complex("Co+2", -2.0, 2.0, anion="Cl-", anions=2.0),),
        properties={"density": 973.0},
    )
    chemistry = Chemistry("Na Co Cl S", extractants=(solvate,))
    points = []
    for cobalt in (0.1, 0.2, 0.4):
        liquor = Stream.of(chemistry, {"H2O": 1000.0, "CoCl2": 129.839 * cobalt})
        organic = solvent(chemistry, "solvate", 2000.0, liquor.liquor_volume)
        profile = contact(liquor, organic, "solvate")
        conditions = Conditions(feed={"Co": liquor.concentration("Co+2")}, extractant=2000.0, anion="Cl-")
        organic_cobalt = grams(profile, "Co+2", "organic")
        points.append(LoadingPoint(conditions=conditions, organic={"Co": organic_cobalt}, dose=0.0))
    start = replace(solvate, complexes=(replace(solvate.complexes[0], log_k=-2.5),))
    fit = fit_extractant(points, start, uncertainty=Uncertainty(lowest=1e-5))
    assert fit.constants.loc["log K Co+2 with 2 units", "value"] == pytest.approx(-2.0, abs=0.02)
    assert fit.left_open == ()
