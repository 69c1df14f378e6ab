"""The leaching train in a real liquor once more, slow and obvious: speciation within bisection for the acid of each tank."""

import naive_shrinking_core as naive
import numpy as np
from scipy.optimize import brentq


def leach_train(minerals, sizes, pulp, acid_of):
    """Conversions (N, M) and driving acids (N,); acid_of(totals) is the acid of a liquor, mol/m3 or activity."""
    conversions, acids = [], []
    for i in range(len(pulp.residence_times)):
        times = pulp.residence_times[: i + 1]

        def left_by(ln_acid, acids=tuple(acids), times=times):
            conversion = naive.conversion_at(minerals, sizes, times, [*acids, np.exp(ln_acid)])
            return conversion, acid_of(pulp.totals + (pulp.mineral_flows * conversion) @ pulp.changes)

        def gap(ln_acid, left_by=left_by):
            return np.log(left_by(ln_acid)[1]) - ln_acid

        high = np.log(acids[-1] if acids else acid_of(pulp.totals)) + 0.1
        low = high - 1.0
        while gap(low) < 0.0:
            low -= 1.0
        ln_acid = brentq(gap, low, high, xtol=1e-11, rtol=1e-12)
        conversions.append(left_by(ln_acid)[0])
        acids.append(np.exp(ln_acid))
    return np.array(conversions), np.array(acids)
