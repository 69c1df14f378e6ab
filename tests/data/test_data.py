"""The tables of `flowsheet/data/`: every number has a source, a unit and a range, and every reaction balances."""

import csv
import itertools
import math
import re
from collections import Counter
from importlib import resources

import pytest

from raffinate.flowsheet.chemistry.formula import parse
from raffinate.flowsheet.feeds import feed_names

FOLDER = resources.files("raffinate.flowsheet.data")
COLUMNS = ["of", "quantity", "value", "unit", "conditions", "source", "where", "note"]
LISTS = {"species": ["species", "phase", "reaction", "note"], "names": ["species", "formula", "kind", "note"]}
CATIONS = [
    "H+",
    "Li+",
    "Na+",
    "K+",
    "NH4+",
    "Mg+2",
    "Ca+2",
    "Al+3",
    "Fe+2",
    "Fe+3",
    "Mn+2",
    "Co+2",
    "Ni+2",
    "Cu+2",
    "Zn+2",
    "La+3",
]
ANIONS = ["SO4-2", "Cl-", "CO3-2", "PO4-3", "F-"]
USUAL = ["H2O", *CATIONS, *ANIONS, "H2O2"]
ON_REQUEST = ["SO3-2", "HS-", "CN-", "O2(aq)", "Cu+", "Mn+3", "Co+3", "C2O4-2", "ClO3-", "S2O8-2"]
COMPONENTS = [*USUAL, *ON_REQUEST]
# What a number may be of, beside species, elements and named substances.
WORDS = {"model", "charged", "neutral", "other", "Ag/AgCl", "SCE", "mixer", "settler", "crystalliser"}

# What a quantity may be: its units, its smallest and its largest value.
QUANTITIES = {
    "assay": ("%", 0.0, 100.0),
    "assay_deviation": ("%", 0.0, 10.0),
    "binder": ("%", 0.0, 5.0),
    "electrolyte": ("%", 0.0, 5.0),
    "moisture": ("%", 0.0, 30.0),
    "pyrolysed": ("-", 0.0, 1.0),
    "valence": ("-", 2.0, 4.0),
    "size_632": ("um", 1.0, 1000.0),
    "size_spread": ("-", 0.3, 10.0),
    "log_k": ("-", -120.0, 150.0),
    "delta_h": ("kJ/mol", -1000.0, 600.0),
    "delta_cp": ("J/mol/K", -1000.0, 1000.0),
    "atomic_mass": ("g/mol", 1.0, 300.0),
    "ion_size": ("angstrom", 2.0, 11.0),
    "salting": ("kg/mol", -0.5, 1.0),
    "largest_ionic_strength": ("mol/kg", 0.1, 20.0),
    "apparent_molar_volume": ("cm3/mol", -60.0, 100.0),
    "density": ("kg/m3", 500.0, 23000.0),
    "c0": ("kg/m3", -5000.0, 5000.0),
    "c1": ("kg/m3", -5000.0, 5000.0),
    "c2": ("-", -20.0, 20.0),
    "c3": ("1/K", -0.1, 0.1),
    "c4": ("K", -5000.0, 8000.0),
    "lowest_temperature": ("K", 260.0, 300.0),
    "highest_temperature": ("K", 290.0, 430.0),
    "largest_fraction": ("kg/kg", 0.001, 1.0),
    "strong1": ("m3/kg", 0.0, 0.01),
    "strong2": ("m3/kg", 0.0, 0.01),
    "strong3": ("m3/kg", 0.0, 0.01),
    "strong_t": ("m3/kg/K2", 0.0, 1e-6),
    "enthalpy_of_formation": ("kJ/mol", -2500.0, 200.0),
    "heat_capacity": ("J/mol/K", -600.0, 300.0),
    **{f"water{n}": ("-", 0.0, 100.0) for n in range(1, 15)},
    **{f"heat{n}": ("kJ/mol", -5.0, 120.0) for n in range(1, 15)},
    **{f"capacity{n}": ("J/mol/K", -1e4, 1e4) for n in range(4)},
    "table_from": ("mol/kg", 1.0, 10.0),
    "kopp_solid": ("J/mol/K", 5.0, 30.0),
    "kopp_liquid": ("J/mol/K", 10.0, 40.0),
    "log_k_trace": ("-", -30.0, 10.0),
    "log_k_loaded": ("-", -30.0, 10.0),
    "units_trace": ("-", 0.5, 4.0),
    "units_loaded": ("-", 0.5, 4.0),
    "enthalpy_trace": ("kJ/mol", -60.0, 80.0),
    "anions": ("-", 1.0, 4.0),
    "unit": ("-", 1.0, 2.0),
    "purity": ("-", 0.3, 1.0),
    "pka": ("-", 0.0, 12.0),
    "solubility": ("mg/L", 0.1, 5000.0),
    "loading_limit": ("-", 0.1, 1.0),
    "viscosity": ("mPa*s", 0.5, 2000.0),
    "price": ("USD/kg", 0.5, 200.0),
    "ph_lowest": ("-", -2.0, 7.0),
    "ph_highest": ("-", 1.0, 14.0),
    "degradation": ("1/year", 0.001, 0.5),
    "flash_point": ("K", 310.0, 470.0),
    "complete_time": ("min", 0.1, 1e5),
    "activation_energy": ("kJ/mol", 0.0, 200.0),
    "acid_order": ("-", 0.0, 2.0),
    "accessible": ("-", 0.0, 1.0),
    "oxidant_order": ("-", 0.0, 2.0),
    "avrami_exponent": ("-", 0.1, 4.0),
    "film_share": ("-", 0.0, 1.0),
    "ash_share": ("-", 0.0, 1.0),
    "reference_temperature": ("K", 273.15, 473.15),
    "reference_acid": ("mol/L", 0.001, 20.0),
    "reference_oxidant": ("mol/L", 0.001, 20.0),
    "reference_size": ("um", 0.1, 1e4),
    **{f"temperature_{end}": ("K", 273.15, 473.15) for end in ("low", "high")},
    **{f"acid_{end}": ("mol/L", 0.0, 20.0) for end in ("low", "high")},
    **{f"oxidant_{end}": ("mol/L", 0.0, 20.0) for end in ("low", "high")},
    **{f"size_{end}": ("um", 0.1, 1e4) for end in ("low", "high")},
    **{f"pulp_density_{end}": ("kg/m3", 1.0, 1000.0) for end in ("low", "high")},
    "critical_temperature": ("K", 500.0, 700.0),
    "critical_density": ("kg/m3", 300.0, 350.0),
    "b1": ("-", 1.0, 3.0),
    "b2": ("-", 1.0, 3.0),
    "b3": ("-", -1.0, 0.0),
    "b4": ("-", -3.0, 0.0),
    "b5": ("-", -60.0, 0.0),
    "b6": ("-", -1e6, 0.0),
    "u1": ("-", 100.0, 1000.0),
    "u2": ("1/K", -0.1, 0.1),
    "u3": ("1/K2", -1e-5, 1e-5),
    "u4": ("-", -10.0, 10.0),
    "u5": ("K", 1e3, 1e4),
    "u6": ("K", -1e3, 1e3),
    "u7": ("bar", -1e5, 1e5),
    "u8": ("bar*K", 1e6, 1e7),
    "u9": ("bar/K", 0.1, 10.0),
    "alpha1": ("kg^0.5/mol^0.5", 0.1, 5.0),
    "alpha2": ("kg^0.5/mol^0.5", 0.1, 60.0),
    "beta0": ("kg/mol", -1.0, 3.0),
    "beta0_t2": ("kg/mol*K", -40000.0, 40000.0),
    "beta0_t3": ("kg/mol", -200.0, 200.0),
    "beta0_t4": ("kg/mol/K", -1.0, 1.0),
    "beta0_t5": ("kg/mol/K^2", -0.001, 0.001),
    "beta0_t6": ("kg/mol*K^2", -1000000.0, 1000000.0),
    "beta1": ("kg/mol", -5.0, 40.0),
    "beta1_t2": ("kg/mol*K", -40000.0, 40000.0),
    "beta1_t3": ("kg/mol", -300.0, 300.0),
    "beta1_t4": ("kg/mol/K", -1.0, 1.0),
    "beta1_t5": ("kg/mol/K^2", -0.001, 0.001),
    "beta1_t6": ("kg/mol*K^2", -1000000.0, 1000000.0),
    "beta2": ("kg/mol", -1e4, 10.0),
    "beta2_t3": ("kg/mol", -4000.0, 4000.0),
    "beta2_t4": ("kg/mol/K", -40.0, 40.0),
    "beta2_t5": ("kg/mol/K^2", -0.05, 0.05),
    "cphi": ("kg^2/mol^2", -0.2, 0.2),
    "cphi_t2": ("kg^2/mol^2*K", -40000.0, 40000.0),
    "cphi_t3": ("kg^2/mol^2", -200.0, 200.0),
    "cphi_t4": ("kg^2/mol^2/K", -1.0, 1.0),
    "cphi_t5": ("kg^2/mol^2/K^2", -0.001, 0.001),
    "cphi_t6": ("kg^2/mol^2*K^2", -1000000.0, 1000000.0),
    "theta": ("kg/mol", -0.3, 0.3),
    "theta_t4": ("kg/mol/K", -1.0, 1.0),
    "theta_t5": ("kg/mol/K^2", -0.001, 0.001),
    "psi": ("kg^2/mol^2", -0.3, 0.3),
    "psi_t2": ("kg^2/mol^2*K", -40000.0, 40000.0),
    "psi_t4": ("kg^2/mol^2/K", -1.0, 1.0),
    "lambda": ("kg/mol", -1.0, 1.0),
    "lambda_t2": ("kg/mol*K", -40000.0, 40000.0),
    "lambda_t3": ("kg/mol", -200.0, 200.0),
    "lambda_t4": ("kg/mol/K", -1.0, 1.0),
    "zeta": ("kg^2/mol^2", -0.1, 0.2),
    "zeta_t2": ("kg^2/mol^2*K", -40000.0, 40000.0),
    "zeta_t3": ("kg^2/mol^2", -200.0, 200.0),
    "zeta_t4": ("kg^2/mol^2/K", -1.0, 1.0),
    "current_density": ("A/m2", 100.0, 500.0),
    "largest_current_density": ("A/m2", 200.0, 800.0),
    "current_efficiency": ("-", 0.5, 1.0),
    "rectifier_efficiency": ("-", 0.8, 1.0),
    "iron_loss": ("m3/kg", 0.0, 0.1),
    "anode_overpotential": ("V", 0.0, 1.0),
    "tafel_slope": ("V", 0.02, 0.2),
    "cathode_overpotential": ("V", 0.0, 0.5),
    "hardware_voltage": ("V", 0.0, 0.5),
    "electrode_gap": ("m", 0.01, 0.1),
    "conductivity": ("S/m", 10.0, 100.0),
    "smooth_above": ("kg/m3", 10.0, 50.0),
    "residence_time": ("min", 0.1, 100.0),
    "least_residence_time": ("min", 0.1, 10.0),
    "least_ratio": ("-", 0.1, 1.0),
    "largest_ratio": ("-", 1.0, 10.0),
    "flux": ("m3/m2/h", 0.5, 20.0),
    "largest_flux": ("m3/m2/h", 0.5, 30.0),
    "organic_depth": ("m", 0.1, 1.0),
    "largest_organic_velocity": ("m/s", 0.01, 0.2),
    "band_depth": ("m", 0.01, 0.3),
    "largest_band_depth": ("m", 0.05, 1.0),
    "band_exponent": ("-", 1.0, 10.0),
    "length_to_width": ("-", 0.5, 10.0),
    "cake_resistance": ("m/kg", 1e7, 1e14),
    "compressibility": ("-", 0.0, 1.2),
    "cake_size": ("m", 1e-7, 1e-2),
    "cake_porosity": ("-", 0.3, 0.95),
    "centrifuge_moisture": ("-", 0.01, 0.4),
    "kozeny": ("-", 100.0, 250.0),
    "viscosity_factor": ("Pa*s", 1e-6, 1e-4),
    "viscosity_at": ("K", 100.0, 500.0),
    "viscosity_from": ("K", 100.0, 200.0),
    "viscosity_slope": ("-", 1.0, 6.0),
    "surface_tension": ("N/m", 0.03, 0.1),
    "saturation_factor": ("-", 0.05, 0.3),
    "saturation_slope": ("-", 0.001, 0.1),
    "saturation_power": ("-", 0.2, 1.0),
    "dispersion_least": ("-", 0.3, 1.0),
    "dispersion_slope": ("-", 0.5, 5.0),
    "diffusivity": ("m2/s", 1e-10, 1e-8),
    "unreduced": ("-", 0.0, 1.0),
    "peroxide_half_life": ("min", 0.01, 1e6),
    "dihydrate_saturation": ("-", -1.0, 8.0),
    "phosphate_release": ("-", 0.0, 0.2),
    "water_accessible": ("-", 0.0, 1.0),
    "ageing_rate": ("1/h", 1e-6, 10.0),
    "ageing_energy": ("kJ/mol", 20.0, 150.0),
    "settling_rate": ("1/h", 0.01, 1000.0),
    "settling_energy": ("kJ/mol", 20.0, 150.0),
    "growth": ("um/h", 0.001, 1000.0),
    "sorption": ("kg/mol", 0.0, 10.0),
    "sorption_capacity": ("mol/mol", 0.0, 1.0),
    "sulfate_uptake": ("mol/mol", 0.0, 0.25),
    "oxygenation": ("L2/mol2/atm/min", 1e12, 1e15),
    "oxygenation_energy": ("kJ/mol", -100.0, 150.0),
    "acid_oxygenation": ("1/atm/min", 1e-9, 1e-5),
    "acid_oxygenation_energy": ("kJ/mol", 20.0, 150.0),
    "electrode": ("V", 0.0, 0.5),
    "electrode_slope": ("V/K", -0.002, 0.002),
    "growth_constant": ("m/s", 1e-12, 1e-2),
    "growth_order": ("-", 0.5, 3.0),
    "growth_activation": ("kJ/mol", 0.0, 150.0),
    "nucleation_constant": ("1/m3/s", 1.0, 1e20),
    "nucleation_order": ("-", 0.5, 10.0),
    "magma_order": ("-", 0.0, 2.0),
    "nucleation_activation": ("kJ/mol", -100.0, 100.0),
    "shape_factor": ("-", 0.01, 2.0),
    "occlusion": ("-", 0.0, 0.05),
    "occlusion_growth_order": ("-", 0.0, 2.0),
    "occlusion_size_order": ("-", 0.0, 2.0),
    "distribution": ("-", 1e-7, 10.0),
    "largest_solids_fraction": ("-", 0.1, 0.6),
    "largest_supersaturation": ("-", 0.02, 1.0),
}
NEGLIGIBLE = 1e-9


def _rows(name):
    with FOLDER.joinpath(f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _tables():
    return sorted(entry.name[:-4] for entry in FOLDER.iterdir() if entry.name.endswith(".csv"))


LIMITS = {"product_standards"}  # a table of its own form: test_product_standards.py
NUMBER_TABLES = [name for name in _tables() if name not in {*LISTS, *LIMITS}]
SPECIES = _rows("species")
BY_NAME = {row["species"]: row for row in SPECIES}
NAMED = {row["species"]: row["formula"] for row in _rows("names")}
REACTING = [row for row in SPECIES if row["reaction"] not in {"", "component", "component on request"}]


def _sources():
    text = FOLDER.joinpath("sources.bib").read_text(encoding="utf-8")
    return re.findall(r"^@\w+\{([^,\s]+),", text, flags=re.MULTILINE)


def _preferred(table, of, quantity, default=None):
    for row in _rows(table):
        if (row["of"], row["quantity"]) == (of, quantity):
            return float(row["value"])
    if default is None:
        raise LookupError(f"{table}.csv has no {quantity} of {of}")
    return default


def _terms(reaction):
    """Read a reaction term by term, in another way than the engine does."""
    terms = {}
    for sign, factor, name in re.findall(r"(?:^|\s)([+-]?)\s*(?:(\d+(?:\.\d+)?)\s+)?([A-Z]\S*)", reaction):
        terms[name] = terms.get(name, 0.0) + (-1.0 if sign == "-" else 1.0) * float(factor or 1.0)
    return terms


def _log_k(of, temperature):
    """Van 't Hoff's law, with the preferred numbers."""
    gas_constant = 8.314462618e-3
    enthalpy = _preferred("equilibrium", of, "delta_h", 0.0)
    capacity = _preferred("equilibrium", of, "delta_cp", 0.0) * 1e-3
    ratio = 298.15 / temperature
    exponent = enthalpy / gas_constant * (1.0 / 298.15 - 1.0 / temperature)
    exponent += capacity / gas_constant * (ratio - 1.0 - math.log(ratio))
    return _preferred("equilibrium", of, "log_k") + exponent / math.log(10.0)


# --- the form of the tables


@pytest.mark.parametrize("name", NUMBER_TABLES)
def test_number_table__has_the_columns_of_the_house_in_every_row(name):
    for row in _rows(name):
        assert list(row) == COLUMNS
        assert None not in row.values()
        assert all(text == text.strip() for text in row.values())


@pytest.mark.parametrize("name", sorted(LISTS))
def test_list__has_its_columns_and_names_nothing_twice(name):
    rows = _rows(name)
    assert all(list(row) == LISTS[name] for row in rows)
    assert max(Counter(row["species"] for row in rows).values()) == 1


def test_sources__are_named_once_and_have_a_title_and_a_year():
    keys = _sources()
    assert max(Counter(keys).values()) == 1
    text = FOLDER.joinpath("sources.bib").read_text(encoding="utf-8")
    entries = [entry for entry in re.split(r"^@", text, flags=re.MULTILINE) if entry.strip()]
    assert len(entries) == len(keys)
    for entry in entries:
        assert re.search(r"^\s*title\s*=", entry, flags=re.MULTILINE), entry
        assert re.search(r"^\s*year\s*=", entry, flags=re.MULTILINE), entry
        assert entry.count("{") == entry.count("}"), entry


@pytest.mark.parametrize("name", NUMBER_TABLES)
def test_number__has_a_known_source(name):
    assert {row["source"] for row in _rows(name)} <= set(_sources())


@pytest.mark.parametrize("name", NUMBER_TABLES)
def test_number__says_where_it_stands_in_its_source(name):
    for row in _rows(name):
        assert row["where"], row


@pytest.mark.parametrize("name", NUMBER_TABLES)
def test_number__has_the_unit_of_its_quantity_and_lies_in_its_range(name):
    for row in _rows(name):
        unit, low, high = QUANTITIES[row["quantity"]]
        assert row["unit"] == unit, row
        assert low <= float(row["value"]) <= high, row


@pytest.mark.parametrize("name", NUMBER_TABLES)
def test_number__is_of_something_that_exists(name):
    elements = {row["of"] for row in _rows("atomic_masses")}
    known = set(BY_NAME) | set(NAMED) | elements | WORDS | set(feed_names())
    if name == "leaching":
        known |= set(_sources())  # a parameter set is named after its source
    for row in _rows(name):
        members = row["of"].split("/") if name == "redox" and row["of"] not in WORDS else row["of"].split("|")
        assert set(members) <= known, row


@pytest.mark.parametrize("name", NUMBER_TABLES)
def test_number__stands_once_for_each_source(name):
    counts = Counter((row["of"], row["quantity"], row["conditions"], row["source"]) for row in _rows(name))
    assert [key for key, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("name", NUMBER_TABLES)
def test_second_number__gives_its_reason(name):
    seen = set()
    for row in _rows(name):
        key = row["of"], row["quantity"], row["conditions"]
        if key in seen:
            assert row["note"].startswith("second"), row
        seen.add(key)


@pytest.mark.parametrize("name", NUMBER_TABLES)
def test_note__flags_what_is_not_measured_first_and_says_more_than_the_flag(name):
    for row in _rows(name):
        flags = re.findall(r"\b(recalled|estimated|fitted)\b", row["note"])
        if flags and not row["note"].startswith("deviates"):
            assert re.match(r"(recalled|estimated|fitted)[:;] \S", row["note"]), row


@pytest.mark.parametrize("name", ["activity", "equilibrium", "extractants", "volumes"])
def test_note__of_an_estimate_has_a_range_or_a_reason(name):
    for row in _rows(name):
        if row["note"].startswith("estimated"):
            assert re.search(r"range|slope|usable", row["note"]), row


def test_names__say_what_they_are_and_every_extractant_has_its_properties():
    kinds = {row["species"]: row["kind"] for row in _rows("names")}
    assert set(kinds.values()) == {"acidic", "solvating", "anion exchange", "diluent", "modifier"}
    told = {(row["of"], row["quantity"]) for row in _rows("extractants")}
    for name, kind in kinds.items():
        if kind not in {"diluent", "modifier"}:
            assert {(name, what) for what in ("unit", "purity", "solubility", "loading_limit", "price")} <= told


# --- species


def test_components__stand_first_and_in_order():
    assert [row["species"] for row in SPECIES[: len(COMPONENTS)]] == COMPONENTS
    assert [row["species"] for row in SPECIES if row["reaction"] == "component"] == USUAL
    assert [row["species"] for row in SPECIES if row["reaction"] == "component on request"] == ON_REQUEST


def test_species__can_be_read_and_carries_its_phase_in_its_name():
    for row in SPECIES:
        formula = parse(row["species"])
        assert formula.phase == row["phase"], row
        assert formula.elements, row
        if row["phase"] != "aqueous":
            assert formula.charge == 0, row
        elif formula.charge == 0 and row["species"] not in {"H2O", "H2O2"}:
            assert row["species"].endswith("(aq)"), row


def test_species__is_made_of_elements_with_an_atomic_mass():
    elements = {row["of"] for row in _rows("atomic_masses")}
    for row in SPECIES:
        assert set(parse(row["species"]).elements) <= elements, row
    for formula in NAMED.values():
        assert set(parse(formula).elements) <= elements


@pytest.mark.parametrize("row", REACTING, ids=lambda row: row["species"])
def test_reaction__balances_elements_and_charge(row):
    terms = _terms(row["reaction"])
    assert set(terms) <= set(COMPONENTS)
    formula = parse(row["species"])
    total = dict.fromkeys(formula.elements, 0.0)
    for name, count in terms.items():
        for element, number in parse(name).elements.items():
            total[element] = total.get(element, 0.0) + count * number
    for element, number in total.items():
        assert abs(number - formula.elements.get(element, 0.0)) < NEGLIGIBLE, element
    charge = sum(count * parse(name).charge for name, count in terms.items())
    assert abs(charge - formula.charge) < NEGLIGIBLE


def test_reaction__changes_no_redox_state():
    for row in REACTING:
        assert not {"Fe+2", "Fe+3"} <= set(_terms(row["reaction"])), row
        assert "H2O2" not in _terms(row["reaction"]), row


def test_reacting_species__have_a_constant_and_the_others_have_none():
    with_constant = {row["of"] for row in _rows("equilibrium") if row["quantity"] == "log_k"}
    assert with_constant == {row["species"] for row in REACTING}
    assert {row["of"] for row in _rows("equilibrium")} == with_constant


def test_aqueous_species__all_react_or_are_components():
    assert all(row["reaction"] for row in SPECIES if row["phase"] == "aqueous")


def test_solid__has_a_density_and_every_liquid_too():
    dense = {row["of"] for row in _rows("volumes") if row["quantity"] == "density"}
    assert {row["species"] for row in SPECIES if row["phase"] == "solid"} <= dense
    assert set(NAMED) <= dense


def test_component__has_a_volume_in_solution():
    volumes = {row["of"] for row in _rows("volumes") if row["quantity"] == "apparent_molar_volume"}
    assert volumes == set(COMPONENTS) - {"H2O"} | {"OH-"}


def test_ion__of_high_charge_has_its_own_size():
    sizes = {row["of"] for row in _rows("activity") if row["quantity"] == "ion_size"}
    for row in SPECIES:
        if row["phase"] == "aqueous" and abs(parse(row["species"]).charge) > 1:
            assert row["species"] in sizes, row


# --- the numbers against each other and against what is known


@pytest.mark.parametrize(
    ("species", "log_k", "tolerance"),
    [
        ("OH-", -13.995, 0.01),  # Kw
        ("HSO4-", 1.987, 0.02),
        ("HCO3-", 10.329, 0.01),
        ("CO2(aq)", 16.681, 0.01),
        ("HPO4-2", 12.35, 0.05),
        ("H2PO4-", 19.55, 0.05),
        ("H3PO4(aq)", 21.70, 0.05),
        ("HF(aq)", 3.18, 0.03),
        ("NH3(aq)", -9.245, 0.02),
        ("NiSO4(aq)", 2.32, 0.1),
        ("FeSO4+", 4.05, 0.1),
        ("FeOH+2", -2.19, 0.02),
        ("AlF+2", 7.0, 0.1),
        ("AlF4-", 19.4, 0.1),
        ("Al(OH)4-", -22.7, 0.2),
        ("CaCO3(s)", -8.48, 0.05),
        ("CaSO4.2H2O(s)", -4.6, 0.05),
        ("CO2(g)", -18.15, 0.02),
        ("Cu(NH3)4+2", 11.75 - 4 * 9.244, 0.5),
    ],
)
def test_log_k__agrees_with_the_textbook(species, log_k, tolerance):
    assert abs(_preferred("equilibrium", species, "log_k") - log_k) <= tolerance


def test_water__ionizes_more_when_hot():
    # Marshall & Franck (1981): 13.02 at 60 degC.
    assert abs(_log_k("OH-", 333.15) + 13.02) < 0.1


def test_bisulfate__binds_its_proton_more_strongly_when_hot():
    # Marshall & Jones (1966): 2.99 at 100 degC.
    assert abs(_log_k("HSO4-", 373.15) - 2.99) < 0.15


def test_carbon_dioxide__dissolves_to_0_034_mol_per_kg_and_bar():
    henry = _log_k("CO2(g)", 298.15) + _log_k("CO2(aq)", 298.15)
    assert abs(10.0**henry - 0.034) < 0.001
    hot = _log_k("CO2(g)", 333.15) + _log_k("CO2(aq)", 333.15)
    assert 0.014 < 10.0**hot < 0.018


def test_ammonia__dissolves_to_60_mol_per_kg_and_bar_and_less_when_hot():
    henry = 10.0 ** (_log_k("NH3(g)", 298.15) + _log_k("NH3(aq)", 298.15))
    assert 50.0 < henry < 70.0
    assert _log_k("NH3(g)", 333.15) + _log_k("NH3(aq)", 333.15) < math.log10(henry)


def test_gypsum__gives_way_to_anhydrite_between_40_and_60_degc():
    colder, hotter = 273.15 + 40.0, 273.15 + 60.0
    assert _log_k("CaSO4.2H2O(s)", colder) < _log_k("CaSO4(s)", colder)
    assert _log_k("CaSO4.2H2O(s)", hotter) > _log_k("CaSO4(s)", hotter)


@pytest.mark.parametrize("row", [r for r in REACTING if r["phase"] == "aqueous" and "(NH3)" in r["species"]], ids=str)
def test_ammine__binds_ammonia_with_heat_set_free(row):
    count = -_terms(row["reaction"])["H+"]
    of_ammonia = count * _preferred("equilibrium", "NH3(aq)", "delta_h")
    bond = _preferred("equilibrium", row["species"], "delta_h") - of_ammonia
    assert -25.0 * count < bond < -10.0 * count


@pytest.mark.parametrize("metal", ["Ni", "Co", "Cu", "Zn"])
def test_ammines__bind_each_further_ammonia_no_more_strongly_than_half_a_unit_above_the_last(metal):
    names = [row["species"] for row in REACTING if re.match(rf"{metal}\(NH3\)\d?\+2$", row["species"])]
    steps = [_preferred("equilibrium", name, "log_k") for name in names]
    steps = [(after - before) + 9.244 for before, after in zip([0.0, *steps], steps, strict=False)]
    assert all(later < earlier + 0.5 for earlier, later in itertools.pairwise(steps))


def test_aluminium_fluorides__bind_each_further_fluoride_more_weakly():
    names = ["AlF+2", "AlF2+", "AlF3(aq)", "AlF4-", "AlF5-2", "AlF6-3"]
    constants = [_preferred("equilibrium", name, "log_k") for name in names]
    steps = [after - before for before, after in zip([0.0, *constants], constants, strict=False)]
    assert steps == sorted(steps, reverse=True)


@pytest.mark.parametrize("metal", ["Mg", "Ca", "Al", "Fe", "Mn", "Co", "Ni", "Cu", "Zn"])
def test_hydroxide__dissolves_in_acid_with_heat_set_free(metal):
    solids = [row["species"] for row in REACTING if re.match(rf"{metal}\(OH\)[23]\((?!aq)", row["species"])]
    assert solids
    for solid in solids:
        assert -140.0 < _preferred("equilibrium", solid, "delta_h") < -50.0


def test_hydroxides__precipitate_in_the_known_order():
    # pH at which 0.01 mol/L of the free ion is in equilibrium with its hydroxide.
    def ph(metal, charge):
        return (_preferred("equilibrium", f"{metal}(OH){charge}(s)", "log_k") + 2.0) / charge

    order = [ph("Fe", 3), ph("Al", 3), ph("Cu", 2), ph("Ni", 2), ph("Mn", 2), ph("Mg", 2), ph("Ca", 2)]
    assert order == sorted(order)
    assert 1.0 < order[0] < 3.0
    assert 8.0 < order[4] < 9.5


@pytest.mark.parametrize(
    ("salt", "fraction", "density"),
    [  # CRC Handbook, concentrative properties of aqueous solutions, 20 degC; NaOH 25 % also in use at plants
        ({"Na+": 2, "SO4-2": 1}, 0.20, 1191.0),
        ({"H+": 2, "SO4-2": 1}, 0.20, 1139.0),
        ({"H+": 2, "SO4-2": 1}, 0.30, 1218.0),
        ({"Mg+2": 1, "SO4-2": 1}, 0.20, 1220.0),
        ({"Cu+2": 1, "SO4-2": 1}, 0.10, 1107.0),
        ({"Zn+2": 1, "SO4-2": 1}, 0.10, 1107.0),
        ({"NH4+": 2, "SO4-2": 1}, 0.20, 1115.0),
        ({"H+": 3, "PO4-3": 1}, 0.20, 1113.0),
        ({"Na+": 2, "CO3-2": 1}, 0.10, 1103.0),
        ({"H+": 1, "Cl-": 1}, 0.20, 1098.0),
        ({"H2O2": 1}, 0.30, 1111.0),
        ({"Na+": 1, "OH-": 1}, 0.25, 1274.0),
    ],
    ids=str,
)
def test_volumes__give_the_density_of_concentrated_solutions_within_2_percent(salt, fraction, density):
    masses = {row["of"]: float(row["value"]) for row in _rows("atomic_masses")}
    mass = sum(n * masses[element] * count for ion, n in salt.items() for element, count in parse(ion).elements.items())
    volume = sum(n * _preferred("volumes", ion, "apparent_molar_volume") for ion, n in salt.items())
    specific = (1.0 - fraction) / 0.9982 + fraction * volume / mass  # mL per g of solution
    assert abs(1000.0 / specific / density - 1.0) < 0.02


def test_kopp__comes_near_the_heat_capacity_of_known_solids():
    # CRC Handbook: CaCO3 83.5, CaSO4.2H2O 186, MgF2 61.6 J/mol/K; LiCoO2 about 72 (Wang & Navrotsky 2004).
    numbers = {row["of"]: float(row["value"]) for row in _rows("heat_capacities") if row["quantity"] == "kopp_solid"}
    for name, measured in [("CaCO3(s)", 83.5), ("LiCoO2(s)", 72.0), ("CaSO4.2H2O(s)", 186.0), ("MgF2(s)", 61.6)]:
        kopp = sum(count * numbers.get(e, numbers["other"]) for e, count in parse(name).elements.items())
        assert abs(kopp / measured - 1.0) < 0.25
