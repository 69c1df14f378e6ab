"""Random feeds and conditions of the lithium iron phosphate line: each is solved, or a sentence says which unit cannot and why.

Feeds: the library's, drawn from their uncertainties, and made-up ones with 35 to 95 % phosphate, delithiated by up to 40 %,
with copper, aluminium, binder and electrolyte. Conditions: every figure of the design between what no plant would choose.
"""

import collections

import numpy as np
import pytest

from raffinate.flowsheet import solve
from raffinate.flowsheet.chemistry.database import atomic_masses
from raffinate.flowsheet.errors import ConvergenceError, EngineError
from raffinate.flowsheet.feeds import FeedMaterial, feed_material
from raffinate.flowsheet.quantities import celsius, hour

CLOSURE = 1e-9
TON = 1000.0 / 3600.0  # kg/s
LIBRARY = ("LFP end-of-life", "LFP production scrap")
RANGES = {
    "acid_ratio": (0.40, 0.65), "oxidant_ratio": (0.4, 1.5), "total_acid_ratio": (1.2, 2.2),
    "leach_temperature": (celsius(25.0), celsius(80.0)), "total_temperature": (celsius(50.0), celsius(95.0)),
    "residence_time": (1.0 * hour, 8.0 * hour), "pulp": (2.0, 6.0), "total_pulp": (2.5, 7.0), "wash": (0.0, 2.0),
    "hydrolysis_ph": (4.0, 6.5), "polishing_ph": (8.0, 11.0), "sodium_yield": (0.1, 0.5), "total_sodium_yield": (0.2, 0.6),
    "soda_ratio": (0.6, 1.1), "purge": (0.002, 0.1), "to_hydrolysis": (0.0, 0.6), "refining_acid": (2.0, 7.0),
    "dilution": (5.0, 20.0), "acid_evaporation": (0.4, 0.8), "acid_bleed": (0.005, 0.15), "phosphate_ph": (1.2, 2.5),
}  # fmt: skip


def random_design(script, generator):
    chosen = {name: float(generator.uniform(*ends)) for name, ends in RANGES.items()}
    return script["Design"](tanks=int(generator.integers(1, 8)), **chosen)


def random_material(generator):
    """A feed of the library or a made-up one; raises `DataError` for elements that no phases hold."""
    if generator.random() < 0.3:
        return feed_material(LIBRARY[int(generator.integers(len(LIBRARY)))]).sample(generator)
    masses = atomic_masses()
    phosphate, lithium = generator.uniform(0.35, 0.95), generator.uniform(0.6, 1.05)
    moles = phosphate / (masses["Li"] + masses["Fe"] + masses["P"] + 4.0 * masses["O"])
    rest = 1.0 - phosphate
    assay = {"Li": lithium * moles * masses["Li"], "Fe": moles * masses["Fe"], "P": moles * masses["P"]}
    assay |= {"Cu": rest * generator.uniform(0.0, 0.08), "Al": rest * generator.uniform(0.0, 0.1)}
    fluorine = {}
    if generator.random() < 0.5:
        assay["F"] = rest * generator.uniform(0.05, 0.08)
        fluorine = {"electrolyte": rest * generator.uniform(0.0, 0.02)}
    moisture, binder = generator.uniform(0.0, 0.05), rest * generator.uniform(0.0, 0.05)
    return FeedMaterial(name="random", cathode="LFP", assay=assay, binder=binder, moisture=moisture, **fluorine)


def is_told(error, sheet):
    """Whether a refusal names the unit, or the feed that cannot be, and a number that it stands against."""
    message = str(error)
    where = message.partition(":")[0]
    named = where.startswith("feed ") if sheet is None else where in sheet.units
    return named and any(character.isdigit() for character in message.partition(":")[2])


@pytest.mark.parametrize("count", [20, pytest.param(2000, marks=pytest.mark.validation_long)])
def test_line__is_solved_or_says_which_unit_cannot_and_why(lfp_script, count):
    outcomes, wrong = collections.Counter(), []
    for number in range(count):
        generator = np.random.default_rng(number)
        route = "selective" if generator.random() < 0.6 else "total"
        sheet = None
        try:
            material, design = random_material(generator), random_design(lfp_script, generator)
            sheet = lfp_script["build"](route=route, material=material, mass=TON, design=design)
            solution = solve(sheet)
            outcomes[route, "solved"] += 1
            closed = max(found.worst for found in (solution.plant, *solution.balances.values()))
            if closed > CLOSURE:
                wrong.append(f"{number}: {closed:.1e}")
        except EngineError as error:
            outcomes[route, str(error).partition(":")[0]] += 1
            if isinstance(error, ConvergenceError) or not is_told(error, sheet):
                wrong.append(f"{number}: {error}")
    print(dict(outcomes))
    assert not wrong, "\n".join(wrong)
    assert sum(found for (_, what), found in outcomes.items() if what == "solved") >= 0.8 * count
