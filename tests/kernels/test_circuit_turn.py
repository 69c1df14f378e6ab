"""How the stages of a row answer to changes, and media brought to agree by Newton's method."""

import numba
import numpy as np
import pytest
from test_circuit import BRINE, CAUSTIC, FLUORIDE, LIQUOR, ORGANIC, PHOSPHATE, check_closed, random_section, run_section

from raffinate.flowsheet.extraction.section import Section, _Row
from raffinate.kernels.chain import blank_room, blank_state, is_ideal
from raffinate.kernels.circuit import _begin_anew, _row_of
from raffinate.kernels.circuit_turn import Course, blank_turn, repeat
from raffinate.kernels.row_newton import is_held
from raffinate.kernels.row_response import blank_correction
from raffinate.kernels.speciation import DOSE, X
from raffinate.kernels.stage_lanes import speciate_abreast
from raffinate.kernels.stage_liquors import begin_with_feed, blank_liquors, retotal, settle_feed, speciate_stage
from raffinate.kernels.stage_media import blank_media
from raffinate.kernels.stage_response import respond

NUDGE = 1e-5
ROWS = {
    "ideal": (Section(extractant="Acid", stages=4), LIQUOR, ORGANIC),
    "fluoride": (Section(extractant="Acid", stages=2, efficiency=0.9), FLUORIDE, ORGANIC),
    "entrained": (
        Section(extractant="Acid", stages=4, efficiency=0.8, aqueous_in_organic=0.02, organic_in_aqueous=0.01),
        LIQUOR,
        ORGANIC,
    ),
    "dosed": (Section(extractant="Acid", stages=3, ph=5.0, base=CAUSTIC), LIQUOR, ORGANIC),
    "dosed and entrained": (
        Section(extractant="Acid", stages=3, ph=5.0, base=CAUSTIC, efficiency=0.8, organic_in_aqueous=0.01),
        LIQUOR,
        ORGANIC,
    ),
    "solvating": (Section(extractant="Solvent", stages=3), BRINE, PHOSPHATE),
}


def case_of(name):
    """(packed, complexes, circuit, places) of a row."""
    section, liquor, organic = ROWS[name]
    row = _Row(section, liquor, organic)
    return liquor.chemistry.packed(row.temperature), row.complexes, row.circuit, row.places


@numba.njit
def _activities(liquors, i):
    """ln of the activities of the cations and of the anion, and the protons held, of stage i."""
    many = liquors.cation.shape[0]
    found = np.zeros(many + 2)
    for j in range(many):
        found[j] = liquors.component[i, X, liquors.cation[j]]
    if liquors.anion >= 0:
        found[many] = liquors.component[i, X, liquors.anion]
    found[many + 1] = liquors.whole[i, DOSE]
    return found


@numba.njit
def solved(packed, source, places, totals, ln_proton):
    """The activities of a stage alone at totals (C,), as `_activities`."""
    liquors = blank_liquors(packed, source, places)
    settle_feed(liquors)
    begin_with_feed(liquors)
    rows = totals.copy().reshape((1, totals.shape[0]))
    retotal(liquors, rows, 0, ln_proton)
    error = speciate_stage(liquors, 0, ln_proton)
    return error, _activities(liquors, 0)


@numba.njit
def answers(packed, source, places, anions, totals, ln_proton):
    """The responses of stages at totals (N, C), one by one and side by side: (2, N, M + 2, M + 1 + Q), the activities
    side by side (N, M + 2), errors (N,), and which components are inert."""
    liquors = blank_liquors(packed, source, places)
    settle_feed(liquors)
    begin_with_feed(liquors)
    stages, many, count = totals.shape[0], liquors.cation.shape[0], liquors.inert.shape[0]
    wide = many + 1 + count
    inert = np.zeros((stages, count))
    alone, beside = np.zeros((stages, many + 2, wide)), np.zeros((stages, many + 2, wide))
    found, errors = np.zeros((stages, many + 2)), np.zeros(stages)
    columns = np.zeros((totals.shape[1] + 1, wide))
    for i in range(stages):
        for q in range(count):
            inert[i, q] = totals[i, liquors.inert_of[q]]
        retotal(liquors, totals, i, ln_proton[i])
    speciate_abreast(liquors, liquors.side, anions, inert, beside, errors)
    for i in range(stages):
        found[i] = _activities(liquors, i)
    for i in range(stages):
        speciate_stage(liquors, i, ln_proton[i])
        respond(liquors, i, anions, inert, columns, alone[i])
    return alone, beside, found, errors, liquors.inert_of


@pytest.mark.parametrize(("name", "ln_h"), [("fluoride", -5.5), ("solvating", 0.5)])
def test_respond__is_what_a_small_change_does_to_a_stage_alone(name, ln_h):
    packed, complexes, circuit, places = case_of(name)
    generator = np.random.default_rng(1)
    feed = circuit.source.sum(axis=0) / circuit.source[:, 0].sum() * 55.5
    totals = (feed + 1e-4) * generator.uniform(0.8, 1.1, circuit.source.shape)
    ln_proton = ln_h + generator.uniform(-0.3, 0.3, circuit.source.shape[0])
    alone, beside, found, errors, inert = answers(packed, circuit.source, places, complexes.anions, totals, ln_proton)
    assert errors.max() < 1e-10
    np.testing.assert_allclose(beside, alone, rtol=2e-3, atol=1e-4)
    many = places.cation.shape[0]
    for i in range(len(totals)):
        for k in range(alone.shape[2]):
            sides = []
            for sign in (1.0, -1.0):
                moved, at = totals[i].copy(), ln_proton[i]
                if k < many:
                    change = moved[places.cation[k]] * np.expm1(sign * NUDGE)
                    moved[places.cation[k]] += change
                    if places.anion >= 0:
                        moved[places.anion] += complexes.anions[k] * change
                elif k == many:
                    at += sign * NUDGE
                else:
                    moved[inert[k - many - 1]] *= np.exp(sign * NUDGE)
                error, side = solved(packed, circuit.source, places, moved, at)
                assert error < 1e-10
                sides.append(side)
            expected = (sides[0] - sides[1]) / (2.0 * NUDGE)
            np.testing.assert_allclose(alone[i, :, k], expected, rtol=1e-2, atol=1e-4)
        error, own = solved(packed, circuit.source, places, totals[i], ln_proton[i])
        np.testing.assert_allclose(found[i], own, rtol=1e-9, atol=1e-12)


@numba.njit
def off_after(packed, extractant, circuit, places, turns):
    """How far media lie off after so many turns, from nothing."""
    stages, components = circuit.source.shape
    cations = places.cation.shape[0]
    liquors = blank_liquors(packed, circuit.source, places)
    cascade = _row_of(circuit, places)
    correction = blank_correction(
        stages, cations, liquors.inert.shape[0], components, is_ideal(circuit.efficiency), is_held(cascade)
    )
    course = Course(
        circuit,
        extractant,
        places,
        cascade,
        blank_state(stages, cations),
        blank_room(stages, cations),
        np.zeros((5, 2, stages)),
        blank_media(stages, cations, places),
        blank_media(stages, cations, places),
        correction,
        liquors,
        blank_turn(stages, components, cations, stages * (cations + 4 + 4 * places.ligand.shape[0])),
    )
    settle_feed(liquors)
    _begin_anew(course)
    return repeat(course, 0.0, False, 0.0, turns)[0]


@pytest.mark.parametrize("name", ROWS)
def test_repeat__takes_away_the_square_of_what_media_lie_off(name):
    case = case_of(name)
    off = [off_after(*case, turns) for turns in range(1, 30)]
    near = [at for at, value in enumerate(off) if value < 0.02]
    first = near[0]
    assert off[first + 1] < max(20.0 * off[first] ** 1.8, 1e-11)
    assert min(off) < 1e-11


@pytest.mark.parametrize("seed", [28, 252, 439, 607, 744, 878])
def test_run_section__rows_whose_media_are_far_away_settle_in_time(seed):
    """Aluminium and fluoride in two to seventeen stages; at once their media go to and fro."""
    section, liquor, organic = random_section(seed)
    profile = run_section(section, liquor, organic)
    check_closed(profile, liquor, organic)
    assert profile.molality.min() >= 0.0
    assert profile.free.min() > 0.0
