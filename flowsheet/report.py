"""Tables of a solved flowsheet, in the units of those who read them: kg/h, m3/h, g/L, degC, ppm.

Every function takes a `Solution` and answers a pandas DataFrame. Units stand in the column names, or in
`attrs["unit"]` where one unit holds for the whole table. A cell is empty (`pandas.NA`) where the quantity does not
exist, such as the pH of a dry powder.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import pandas

from .balances import Balance
from .chemistry.database import atomic_masses
from .chemistry.system import PROTON, WATER, Chemistry
from .errors import DataError, EngineError, nearest
from .quantities import gram_per_litre, hour, percent, ppm, to_celsius
from .solver import Solution
from .stream import Stream
from .substances import substances

FEED, REAGENT, INTERNAL, PRODUCT = "feed", "reagent", "internal", "product"
_WATER_ELEMENTS = frozenset({"H", "O"})
_NEUTRAL = 1e-6  # of the charge that the ions carry: a liquor further off has no pH
_PER_HOUR = hour  # kg/s times this is kg/h


def named_streams(solution: Solution) -> dict[str, tuple[str, Stream]]:
    """Answer every stream with its role (feed, reagent, internal or product) by name.

    An outlet is called "unit.outlet". A feed "unit.inlet" or a drawn reagent "unit.reagent" whose name an outlet has
    already is called "unit.inlet (feed)" or "unit.reagent (reagent)".
    """
    products = set(solution.products)
    units = solution.flowsheet.units
    found: dict[str, tuple[str, Stream]] = {}
    for name, stream in solution.streams.items():
        enters = not units[name.partition(".")[0]].inlets
        found[name] = (FEED if enters else PRODUCT if name in products else INTERNAL, stream)
    for role, streams in ((FEED, solution.feeds), (REAGENT, solution.drawn)):
        for name, stream in streams.items():
            found[f"{name} ({role})" if name in found else name] = (role, stream)
    return found


def stream_table(solution: Solution, streams: Iterable[str] | None = None) -> pandas.DataFrame:
    """Answer a row a stream: masses by phase, volume, temperature, pH and what is dissolved.

    `streams`: names as in `named_streams`, all of them where it is None. `pH` and what belongs to it are empty where
    there is no liquor that is neutral; `note` holds the sentence where its equilibrium has no answer.
    """
    known = named_streams(solution)
    names = list(known) if streams is None else list(streams)
    rows = [_stream_row(*_pick(known, name)) for name in names]
    table = pandas.DataFrame(rows, index=pandas.Index(names, name="stream"))
    texts = {"role": "string", "note": "string", "outside activity model": "boolean"}
    return table.astype({column: texts.get(column, "Float64") for column in table.columns})


def _pick(known: Mapping[str, tuple[str, Stream]], name: str) -> tuple[str, Stream]:
    if name not in known:
        raise DataError(f"report: stream {name!r} is not in the solution{nearest(name, known)}")
    return known[name]


def _stream_row(role: str, stream: Stream) -> dict[str, object]:
    chemistry = stream.chemistry
    masses = stream.flows * chemistry.molar_masses * _PER_HOUR
    row: dict[str, object] = {"role": role, "mass kg/h": float(masses.sum())}
    for phase, where in _phases(chemistry):
        row[f"{phase} kg/h"] = float(masses[where].sum())
    volume = stream.liquor_volume
    row["liquor m3/h"] = volume * _PER_HOUR
    row["temperature degC"] = to_celsius(stream.temperature)
    row |= _acidity(stream)
    for component in chemistry.components[PROTON + 1 :]:
        dissolved = stream.concentration(component.name) / gram_per_litre if volume > 0.0 else pandas.NA
        row[f"{component.name} g/L"] = dissolved
    return row


def _acidity(stream: Stream) -> dict[str, object]:
    """Answer pH and ionic strength of the liquor, empty where there is none that can have them."""
    row: dict[str, object] = {"pH": pandas.NA, "ionic strength mol/kg": pandas.NA, "outside activity model": pandas.NA}
    chemistry = stream.chemistry
    totals, charges = stream.flows[chemistry.liquor], chemistry.charges[chemistry.liquor]
    ions = float(np.abs(totals) @ np.abs(charges))
    note = ""
    if totals[WATER] > 0.0 and abs(float(totals @ charges)) <= _NEUTRAL * ions:
        try:
            found = stream.equilibrium
            row |= {"pH": found.ph, "ionic strength mol/kg": found.ionic_strength}
            row["outside activity model"] = not found.in_range
        except EngineError as error:  # one liquor without an answer must not cost the table; the row says so
            note = str(error)
    return row | {"note": note}


def _phases(chemistry: Chemistry) -> tuple[tuple[str, slice], ...]:
    return (
        ("liquor", chemistry.liquor),
        ("solids", chemistry.solid),
        ("organic", chemistry.organic),
        ("gas", chemistry.gas),
    )


def species_table(solution: Solution) -> pandas.DataFrame:
    """Answer a row for each species that flows in each stream; of a liquor these are its components."""
    rows = []
    for name, (_, stream) in named_streams(solution).items():
        chemistry = stream.chemistry
        for phase, where in _phases(chemistry):
            for at in range(where.start, where.stop):
                flow = float(stream.flows[at]) * _PER_HOUR
                if flow != 0.0:
                    rows.append((name, phase, chemistry.names[at], flow * float(chemistry.molar_masses[at]), flow))
    return pandas.DataFrame(rows, columns=["stream", "phase", "species", "kg/h", "mol/h"])


def product_sheet(solution: Solution, product: str, main: str) -> pandas.DataFrame:
    """Answer mass, purity and impurities of a product when it has been dried.

    The dry product is the solids of the stream and what the adhering liquor leaves on drying: its solutes without free
    water, carbonic acid and peroxide. As much of the solutes as makes up the solid `main`, with its water of
    crystallisation, counts as `main`. Rows: the dry product in kg/h, the share of `main` in wt %, and of each element
    that `main` does not hold the ppm (mg/kg), the most first. H and O count as no impurity.
    """
    _, stream = _pick(named_streams(solution), product)
    chemistry = stream.chemistry
    at = chemistry.position(main)
    if not chemistry.solid.start <= at < chemistry.solid.stop:
        solids = chemistry.names[chemistry.solid]
        raise DataError(f"product sheet of {product}: {main!r} is not a solid of the chemistry{nearest(main, solids)}")
    dry = dried(stream, main)
    mass = float(dry @ chemistry.molar_masses)
    if mass <= 0.0:
        raise DataError(f"product sheet of {product}: {mass * _PER_HOUR:g} kg/h of dry product, more than 0 is needed")
    own = set(chemistry.species[at].elements) | _WATER_ELEMENTS
    elements = chemistry.element_matrix @ dry
    impurities = [
        (element, float(flow) * atomic_masses()[element] / mass / ppm, "ppm")
        for element, flow in zip(chemistry.element_names, elements, strict=True)
        if element not in own
    ]
    impurities.sort(key=lambda row: -row[1])
    share = float(dry[at] * chemistry.molar_masses[at]) / mass
    rows = [("dry product", mass * _PER_HOUR, "kg/h"), (main, share / percent, "wt %"), *impurities]
    return pandas.DataFrame(rows, columns=["quantity", "value", "unit"]).set_index("quantity")


def dried(stream: Stream, main: str) -> np.ndarray:
    """Answer the flows (mol/s) of a product of which `main` is the solid, once dried; the gas and the organic are gone.

    The solutes of its liquor stay, as much of them as can as `main`.
    """
    chemistry = stream.chemistry
    dry = np.zeros(chemistry.size)
    dry[chemistry.solid] = stream.flows[chemistry.solid]
    totals = np.array(stream.flows[chemistry.liquor])
    species = chemistry.species[chemistry.position(main)]
    if species.reaction:
        wanted = np.array([species.reaction.get(component.name, 0.0) for component in chemistry.components])
        used = wanted != 0.0
        formed = max(0.0, float((totals[used] / wanted[used]).min()))
        dry[chemistry.position(main)] += formed
        totals -= formed * wanted
    for name, escapes in (("H2O2", np.inf), ("CO3-2", totals[PROTON] / 2.0)):
        if name in chemistry.index:
            at = chemistry.index[name]
            gone = min(float(totals[at]), max(0.0, float(escapes)))
            totals[at] -= gone
            totals[PROTON] -= 2.0 * gone if name == "CO3-2" else 0.0
    # base in excess stays as hydroxide: its OH- is counted as H2O - H+
    totals[WATER] = max(0.0, -totals[PROTON])
    dry[chemistry.liquor] = totals
    return dry


def _entries(solution: Solution) -> Iterator[tuple[str, str, str, Stream]]:
    """Answer (unit, name, role, stream) of all that enters the plant."""
    for name, unit in solution.flowsheet.units.items():
        if not unit.inlets:
            for outlet in unit.outlets:
                yield name, outlet, FEED, solution.streams[f"{name}.{outlet}"]
    for role, streams in ((FEED, solution.feeds), (REAGENT, solution.drawn)):
        for full, stream in streams.items():
            unit_name, _, own = full.partition(".")
            yield unit_name, own, role, stream


def reagent_table(solution: Solution) -> pandas.DataFrame:
    """Answer what enters the plant, by unit and as pure substances (H2SO4, NaOH, H2O, solids by name).

    For each feed and drawn reagent a row `total` and a row a substance; at the end the same for the whole plant.
    """
    rows: list[tuple[str, str, str, str, float]] = []
    plant: dict[str, float] = {}
    for unit, name, role, stream in _entries(solution):
        found = {substance: mass * _PER_HOUR for substance, mass in substances(stream).items()}
        rows.append((unit, name, role, "total", stream.mass * _PER_HOUR))
        rows.extend((unit, name, role, substance, mass) for substance, mass in found.items())
        for substance, mass in found.items():
            plant[substance] = plant.get(substance, 0.0) + mass
    in_all = sum(mass for *_, substance, mass in rows if substance == "total")
    rows.append(("plant", "", "", "total", in_all))
    largest_first = sorted(plant.items(), key=lambda item: -item[1])
    rows.extend(("plant", "", "", substance, mass) for substance, mass in largest_first)
    return pandas.DataFrame(rows, columns=["unit", "name", "role", "substance", "kg/h"])


def _element_flow(stream: Stream, element: str) -> float:
    """Answer the flow of an element, kg/h."""
    return stream.elements[element] * atomic_masses()[element] * _PER_HOUR


def recovery_table(solution: Solution, products: Mapping[str, str], feed: str) -> pandas.DataFrame:
    """Answer the share of each element of a feed that each product holds, in % of the feed.

    `products`: the name of an exit ("unit.outlet") by label. `feed`: a feed "unit.inlet", or a stream "unit.outlet".
    `other exits` are all exits that are not among the products. Elements that other feeds bring as well can sum to more
    than 100. H and O, and what the feed does not hold, are left out.
    """
    for label, name in products.items():
        if name not in solution.products:
            exits = solution.products
            raise DataError(f"recovery of {label}: {name!r} is not an exit of the plant{nearest(name, exits)}")
    known = {name: stream for name, (_, stream) in named_streams(solution).items()} | dict(solution.feeds)
    if feed not in known:
        raise DataError(f"recovery: feed {feed!r} is not in the solution{nearest(feed, known)}")
    given = known[feed].elements
    others = [name for name in solution.products if name not in set(products.values())]
    rows = {}
    for element, flow in given.items():
        if flow > 0.0 and element not in _WATER_ELEMENTS:
            row = {label: solution.streams[name].elements[element] / flow / percent for label, name in products.items()}
            row["other exits"] = sum(solution.streams[name].elements[element] for name in others) / flow / percent
            rows[element] = row | {"sum": sum(row.values())}
    table = pandas.DataFrame.from_dict(rows, orient="index", columns=[*products, "other exits", "sum"])
    table.attrs["unit"] = f"% of {feed}"
    return table.rename_axis("element")


def exit_table(solution: Solution, element: str) -> pandas.DataFrame:
    """Answer by which streams an element leaves the plant, the largest first; `share %` is of all that leaves."""
    known = solution.plant.elements_out
    if element not in known:
        raise DataError(f"exits of {element!r}: the chemistry has no such element{nearest(element, known)}")
    flows = {name: _element_flow(solution.streams[name], element) for name in solution.products}
    total = sum(flows.values())
    rows = [(name, flow, flow / total / percent) for name, flow in flows.items() if flow > 0.0]
    rows.sort(key=lambda row: -row[1])
    table = pandas.DataFrame(rows, columns=["stream", "kg/h", "share %"]).set_index("stream")
    table.attrs["element"] = element
    return table


def balance_table(solution: Solution) -> pandas.DataFrame:
    """Answer what enters and leaves the plant, a row an element and one for all mass.

    `relative error` is (out - in) / in.
    """
    plant = solution.plant
    errors = plant.element_errors
    rows = [
        (element, flow * _mass(element), plant.elements_out[element] * _mass(element), errors.get(element, 0.0))
        for element, flow in plant.elements_in.items()
    ]
    rows.append(("mass", plant.mass_in * _PER_HOUR, plant.mass_out * _PER_HOUR, plant.mass_error))
    return pandas.DataFrame(rows, columns=["element", "in kg/h", "out kg/h", "relative error"]).set_index("element")


def _mass(element: str) -> float:
    """Answer kg/h of a mol/s of an element."""
    return atomic_masses()[element] * _PER_HOUR


def unit_balance_table(solution: Solution) -> pandas.DataFrame:
    """Answer a row a unit: mass in and out, the relative errors of mass and charge, and the element that is worst."""
    rows = {name: _balance_row(found) for name, found in solution.balances.items()}
    columns = ["in kg/h", "out kg/h", "mass error", "charge error", "worst element", "worst element error"]
    return pandas.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("unit")


def _balance_row(found: Balance) -> list[object]:
    errors = found.element_errors
    worst = max(errors, key=lambda element: abs(errors[element]), default="")
    masses = [found.mass_in * _PER_HOUR, found.mass_out * _PER_HOUR]
    return [*masses, found.mass_error, found.charge_error, worst, errors.get(worst, 0.0)]
