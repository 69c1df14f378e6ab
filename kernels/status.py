"""What a kernel can answer, and the sentence a reader gets for it.

A kernel never raises: numba cannot put a value into a message. It answers one of these codes; the caller outside
turns it into an error that names the place and the values.
"""

CONVERGED = 0
OUT_OF_STEPS = 1
SINGULAR = 2
CHARGED = 3
DRY = 4
UNREACHABLE = 5
OVERLOADED = 6
STARVED = 7
WASHED_OUT = 8
UNDERSATURATED = 9
OUTGROWN = 10

SENTENCES = {
    CONVERGED: "converged",
    OUT_OF_STEPS: "did not converge within the allowed number of steps",
    SINGULAR: "met a singular system of equations",
    CHARGED: "was given totals that are not electrically neutral",
    DRY: "was given no liquid water, or lost all of it to solids",
    UNREACHABLE: "cannot reach the target with the titrant given",
    OVERLOADED: "was given an organic that carries more metal than its extractant can bind",
    STARVED: "ran out of the reagent that the reaction consumes",
    WASHED_OUT: "forms no crystals, or loses them faster than they are born",
    UNDERSATURATED: "holds less solute than it can dissolve, so that no crystal grows",
    OUTGROWN: "has crystals that grow beyond the largest class, where none is withdrawn",
}
