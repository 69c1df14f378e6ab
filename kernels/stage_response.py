"""What a change of its totals or of its a(H+) does to a liquor whose a(H+) is held: the derivatives of its equilibrium.

They come of the matrix of `newton`, taken at the equilibrium, with one right-hand side for each change.

Shapes: M cations, C components, N = C + 1. Sources: none; the equations are those of `speciation`.
"""

from .activity import PITZER
from .dense import eliminate_columns
from .jit import lean
from .newton import SCALE, fill_reply, fill_system
from .speciation import TOTAL
from .stage_liquors import stage_liquor, undosed


@lean.kernel
def respond(liquors, i, anions, inert, columns, response):
    """Fill response (M + 2, M + 1 + Q) of stage i, which has just been speciated; False where its matrix is singular.

    Its columns are ln of the totals of the cations, ln a(H+), and ln of inert (N, Q) components, mol/kg; its rows ln of the
    activities of the cations, of the anion, and mol/kg of protons that the liquor holds. anions (M,): how many of the anion a
    cation takes along. columns (N, M + 1 + Q): room.
    """
    liquor, model, terms, work = stage_liquor(liquors, i), liquors.model, liquors.terms, liquors.work
    cation, anion = liquors.cation, liquors.anion
    found = 0
    if model.kind == PITZER:
        found = fill_reply(liquor, model, terms, work)
    if found < 0:
        return False
    order = fill_system(undosed(liquor), model, terms, work, found)
    many, wide = cation.shape[0], response.shape[1]
    scale = work.row[SCALE]
    for r in range(order):
        for k in range(wide):
            columns[r, k] = 0.0
        columns[r, many] = -work.matrix[r, 1]
        work.matrix[r, 1] = 0.0
    work.matrix[1, 1] = -1.0 / scale[1]
    for j in range(many):
        total = liquor.component[TOTAL, cation[j]]
        columns[cation[j], j] = total / scale[cation[j]]
        if anion >= 0:
            columns[anion, j] += anions[j] * total / scale[anion]
    for k in range(many + 1, wide):
        q = liquors.inert[k - many - 1]
        columns[q, k] = inert[i, k - many - 1] / scale[q]
    if not eliminate_columns(work.matrix, columns, order, wide):
        return False
    for k in range(wide):
        for j in range(many):
            response[j, k] = columns[cation[j], k]
        response[many, k] = columns[anion, k] if anion >= 0 else 0.0
        response[many + 1, k] = columns[1, k]
    return True
