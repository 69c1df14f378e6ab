"""pH on MacInnes' convention, for comparison with programs that scale single ions; the engine does not.

Activity coefficients of single ions are a matter of convention. MacInnes takes gamma(Cl-) as that of KCl alone at the same
ionic strength, and shifts every ion in proportion to its charge; mean coefficients, solubilities and the activity of water
stay what they are. PHREEQC does so by default with a PITZER block, so that its pH differs from ours by the shift: by some
0.25 in an acid sulfate liquor.

Source: Parkhurst & Appelo (2013) USGS Techniques and Methods 6-A43, PITZER, -macinnes; MacInnes (1919) J. Am. Chem. Soc. 41,
1086.
"""

import math

import numpy as np

from ...kernels.pitzer import blank_terms, pitzer_log_gamma
from ..errors import DataError
from .activity_models import Pitzer
from .equilibrium import Equilibrium
from .interactions import built_in

_SALT = ("K+", "Cl-")
_B = 1.2


def macinnes_ph(equilibrium: Equilibrium) -> float:
    """Answer the pH of a liquor with single ions scaled as MacInnes did.

    Raises `DataError` for a model other than Pitzer's, parameters without KCl, or a chemistry without chloride (which need
    not be in the liquor).
    """
    chemistry, temperature = equilibrium.chemistry, equilibrium.temperature
    model = chemistry.activity
    if not isinstance(model, Pitzer):
        raise DataError(f"MacInnes' scale is one of Pitzer's model, the chemistry has {type(model).__name__}")
    parameters = model.parameters or built_in()
    if not parameters.knows(*_SALT):
        raise DataError("MacInnes' scale needs parameters of K+ with Cl-, the activity model has none")
    if "Cl-" not in chemistry.aqueous_names:
        raise DataError("MacInnes' scale needs chloride; add Cl to the elements of the chemistry")
    mixture = chemistry.mixture(temperature)
    molality = np.array(equilibrium.speciation.molality)
    ln_gamma = np.zeros_like(molality)
    pitzer_log_gamma(mixture.pitzer, mixture.charge, molality, ln_gamma, blank_terms(len(molality), mixture.pitzer))
    strength = equilibrium.ionic_strength
    root = math.sqrt(strength)
    _, _, beta0, beta1, _, third = parameters.pair(*_SALT, temperature)
    x = 2.0 * root
    law = -mixture.pitzer.a_phi * (root / (1.0 + _B * root) + 2.0 / _B * math.log1p(_B * root))
    decaying = (1.0 - (1.0 + x - 0.5 * x * x) * math.exp(-x)) / (x * x)
    alone = law + 2.0 * strength * (beta0 + beta1 * decaying) + 3.0 * third * strength**2
    shift = float(ln_gamma[chemistry.aqueous_names.index("Cl-")]) - alone
    return equilibrium.ph - shift / math.log(10.0)
