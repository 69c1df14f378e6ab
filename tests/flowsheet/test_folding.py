"""A row of mixer-settlers folded into two arrays, and its answer told apart."""

import numpy as np
import pytest

from raffinate.flowsheet.extraction.folding import fold, settled
from raffinate.kernels.cascade_fold import unfold
from raffinate.kernels.chain import AT_LEAST, NATURAL, Cascade, Media
from raffinate.kernels.extraction import Extractant


def row(stages: int, cations: int, ligands: int) -> tuple[Extractant, Media, Cascade]:
    """A row of numbers that are all different."""
    drawn = np.random.default_rng(stages)
    extractant = Extractant(*(drawn.random(shape) for shape in ((cations, 2), (cations, 2), cations, cations)))
    shapes = ((stages, cations), stages, (stages, ligands), ligands, (stages, ligands, 3), (stages, 3))
    media = Media(*(drawn.random(shape) for shape in shapes))
    control = drawn.choice([NATURAL, AT_LEAST], stages)
    sources = [drawn.random((stages, cations)) for _ in range(2)]
    held = (drawn.random(stages), drawn.random(cations), control, drawn.random(stages), 1, drawn.random(cations))
    return extractant, media, Cascade(drawn.random((stages, 6)), *sources, *held)


@pytest.mark.parametrize(("stages", "cations", "ligands"), [(1, 2, 1), (5, 3, 2), (4, 9, 0), (0, 3, 1)])
def test_fold__unfolds_to_what_it_was(stages, cations, ligands):
    given = row(stages, cations, ligands)
    for part, again in zip(given, unfold(*fold(*given)), strict=True):
        for one, other in zip(part, again, strict=True):
            np.testing.assert_array_equal(one, other)


def test_fold__is_changed_by_writing_into_what_it_unfolds_to():
    extractant, media, cascade = row(3, 4, 1)
    folded = fold(extractant, media, cascade)
    unfold(*folded)[2].aqueous_source[:] *= 2.0
    doubled = fold(extractant, media, cascade._replace(aqueous_source=2.0 * cascade.aqueous_source))
    np.testing.assert_array_equal(folded.numbers, doubled.numbers)


def test_fold__refuses_arrays_that_do_not_fit():
    extractant, media, cascade = row(3, 4, 1)
    with pytest.raises(ValueError, match=r"shape \(2,\) stands where \(3,\) is due"):
        fold(extractant, media, cascade._replace(unit_total=np.ones(2)))


def test_settled__tells_the_answer_apart():
    stages, cations = 3, 2
    answer = np.arange(3.0 + 5 * stages + 2 * stages * cations)
    found = settled(answer, stages)
    assert (found.error, found.steps, found.status) == (0.0, 1, 2)
    parts = (found.sought, found.point, found.dose, found.aqueous, found.organic)
    np.testing.assert_array_equal(np.concatenate([part.ravel() for part in parts]), answer[3:])
    assert [part.shape for part in parts] == [(2, 3), (2, 3), (3,), (3, 2), (3, 2)]
