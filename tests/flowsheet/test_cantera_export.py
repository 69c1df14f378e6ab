"""The file for Cantera: what it holds, what it refuses, and that each reaction keeps its log K and its heat."""

import dataclasses
import math
import re

import cantera
import numpy as np
import pytest

from raffinate.flowsheet import Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.chemistry.activity_models import Davies, TruesdellJones
from raffinate.flowsheet.chemistry.cantera_export import write_cantera
from raffinate.flowsheet.chemistry.cantera_mixing import CANTERA_A_PHI, near, short_j, somewhere, unequal
from raffinate.flowsheet.chemistry.species import COMPONENT, SOLID, Species
from raffinate.flowsheet.errors import DataError
from raffinate.flowsheet.quantities import celsius
from raffinate.kernels.pitzer import NO_PITZER

GAS_CONSTANT = cantera.gas_constant / 1000.0


@pytest.fixture(scope="module")
def chemistry():
    return Chemistry("Fe Mg Na S C Cl")


def potentials(phase: cantera.Solution) -> dict[str, float]:
    """Answer the standard potentials over RT, at the pressure of the standard state."""
    return dict(zip(phase.species_names, phase.standard_gibbs_RT.tolist(), strict=True))


def with_interaction(chemistry, members: list[str], **pitzer):
    """Answer a chemistry that has one more interaction of species."""

    class Changed:
        def __getattr__(self, name):
            return getattr(chemistry, name)

        def mixture(self, temperature):
            mixture = chemistry.mixture(temperature)
            at = [chemistry.aqueous_names.index(name) for name in members]
            key = {2: "double", 3: "triple"}[len(at)]
            rows = np.vstack([getattr(mixture.pitzer, key), [at]])
            values = np.append(getattr(mixture.pitzer, f"{key}_value"), 0.1)
            return mixture._replace(pitzer=mixture.pitzer._replace(**{key: rows, f"{key}_value": values}))

    return Changed()


@pytest.mark.parametrize("degrees", [5, 25, 90])
def test_file__keeps_log_k_of_every_species_solid_and_gas(chemistry, tmp_path, degrees):
    temperature = celsius(degrees)
    path = str(chemistry.to_cantera(tmp_path / "liquor.yaml", temperature))
    liquor, gas = cantera.Solution(path, "liquor"), cantera.Solution(path, "gas")
    mixture = chemistry.mixture(temperature)
    found = potentials(liquor)
    parts = np.array([found[c.name] for c in chemistry.components])
    for species, row, ln_k in zip(chemistry.aqueous, mixture.composition, mixture.ln_k, strict=True):
        assert row @ parts - found[species.name] == pytest.approx(ln_k, abs=1e-9)
    gas.TP = temperature, 1e5
    for phase, row, ln_k in zip(chemistry.phases, mixture.phase_composition, mixture.phase_ln_k, strict=True):
        own = gas if phase.name in gas.species_names else cantera.Solution(path, phase.name)
        assert potentials(own)[phase.name] - row @ parts == pytest.approx(ln_k, abs=1e-6)


def test_file__keeps_the_heats_of_reactions_and_so_log_k_at_temperatures_near(chemistry, tmp_path):
    liquor = cantera.Solution(str(chemistry.to_cantera(tmp_path / "liquor.yaml", celsius(25))), "liquor")
    liquor.TP = celsius(45), cantera.one_atm
    mixture = chemistry.mixture(celsius(45))
    found = potentials(liquor)
    parts = np.array([found[c.name] for c in chemistry.components])
    for species, row, ln_k in zip(chemistry.aqueous, mixture.composition, mixture.ln_k, strict=True):
        # no more than a heat capacity, which is constant in the file
        assert row @ parts - found[species.name] == pytest.approx(ln_k, abs=0.02), species.name
    liquor.TP = celsius(25), cantera.one_atm
    enthalpies = dict(zip(liquor.species_names, liquor.standard_enthalpies_RT.tolist(), strict=True))
    step = 0.5
    hydroxide = chemistry.aqueous_names.index("OH-")
    low, high = (chemistry.mixture(celsius(25) + change).ln_k[hydroxide] for change in (-step, step))
    heat = GAS_CONSTANT * celsius(25) ** 2 * (high - low) / (2.0 * step)
    own = (enthalpies["OH-"] + enthalpies["H+"] - enthalpies["H2O"]) * GAS_CONSTANT * celsius(25)
    assert own == pytest.approx(heat, rel=1e-4)
    assert 55e3 < own < 57e3  # heat of the ionization of water, J/mol


def test_file__conserves_components_that_share_their_elements(chemistry, tmp_path):
    liquor = cantera.Solution(str(chemistry.to_cantera(tmp_path / "liquor.yaml")), "liquor")
    matrix = np.array([[liquor.n_atoms(s, e) for e in liquor.element_names] for s in liquor.species_names])
    assert np.linalg.matrix_rank(matrix) == len(chemistry.components)
    assert [e for e in liquor.element_names if "[" in e] == ["O[H2O2]"]
    names = liquor.species_names
    np.testing.assert_allclose(liquor.charges[1:], [float(s.charge) for s in chemistry.aqueous])
    masses = dict(zip(names, liquor.molecular_weights.tolist(), strict=True))
    assert masses["H2O"] == pytest.approx(18.015, abs=1e-12)  # the kernel's molar mass of water
    assert masses["H2O2"] == pytest.approx(34.014, abs=1e-9)


def test_file__is_replaced_whole(chemistry, tmp_path):
    path = tmp_path / "folder" / "liquor.yaml"
    assert chemistry.to_cantera(path) == path
    first = path.read_text(encoding="utf-8")
    with pytest.raises(DataError):
        chemistry.to_cantera(path, liquor=np.array([1.0]))
    assert path.read_text(encoding="utf-8") == first
    assert [p.name for p in path.parent.iterdir()] == ["liquor.yaml"]


@pytest.mark.parametrize("model", [Davies(), TruesdellJones()])
def test_file__is_refused_for_a_model_that_is_not_pitzers(tmp_path, model):
    with pytest.raises(DataError, match=type(model).__name__):
        Chemistry("Na Cl", activity=model).to_cantera(tmp_path / "liquor.yaml")


def test_file__is_refused_for_a_charge_beyond_canteras(chemistry, tmp_path):
    high = dataclasses.replace(chemistry.aqueous[3], name="X+5", charge=5)

    class Changed:
        aqueous = (*chemistry.aqueous[:3], high, *chemistry.aqueous[4:])

        def __getattr__(self, name):
            return getattr(chemistry, name)

    with pytest.raises(DataError, match=r"species 'X\+5' with the charge \+5"):
        Chemistry.to_cantera(Changed(), tmp_path / "liquor.yaml")


@pytest.mark.parametrize(
    "members",
    [["Na+", "Cl-"], ["Na+", "Na+"], ["CO2(aq)", "Na+", "Mg+2"], ["Na+", "Na+", "Cl-"], ["Na+", "Mg+2", "H+"]],
)
def test_file__is_refused_for_an_interaction_that_cantera_has_not(chemistry, tmp_path, members):
    with pytest.raises(DataError, match="Cantera cannot take the interaction of .*" + members[-1].replace("+", r"\+")):
        Chemistry.to_cantera(with_interaction(chemistry, members), tmp_path / "liquor.yaml")


@pytest.mark.parametrize("value", [-1.0, math.nan, math.inf])
def test_file__is_refused_for_molalities_that_are_none(chemistry, tmp_path, value):
    molality = np.zeros(len(chemistry.aqueous))
    molality[1] = value
    with pytest.raises(DataError, match=chemistry.aqueous[1].name.replace("+", r"\+")):
        chemistry.to_cantera(tmp_path / "liquor.yaml", liquor=molality)


def test_file__is_refused_for_a_liquor_of_another_chemistry_or_temperature(chemistry, tmp_path):
    stream = Stream.of(chemistry, {"H2O": 1.0, "Na2SO4": 0.1}, celsius(60))
    with pytest.raises(DataError, match=r"the liquor is at 333\.15 K, the file for Cantera at 298\.15 K"):
        chemistry.to_cantera(tmp_path / "liquor.yaml", liquor=stream)
    with pytest.raises(DataError, match=r"the liquor for the file for Cantera is of another chemistry: .*Fe Mg Na"):
        Chemistry("Na S").to_cantera(tmp_path / "liquor.yaml", celsius(60), stream.equilibrium)


def test_file__is_refused_for_a_liquor_in_place_of_its_temperature(chemistry, tmp_path):
    stream = Stream.of(chemistry, {"H2O": 1.0})
    for liquor in (stream, stream.equilibrium):
        with pytest.raises(
            DataError, match=f"temperature = {type(liquor).__name__} is a liquor; give the temperature, then"
        ):
            chemistry.to_cantera(tmp_path / "liquor.yaml", liquor)
    with pytest.raises(DataError, match="file for Cantera: temperature = '25' is no number"):
        chemistry.to_cantera(tmp_path / "liquor.yaml", "25")


@pytest.mark.parametrize("liquor", [{"Na+": 1.0}, "Na+", ["Na+"]])
def test_file__is_refused_for_what_is_no_liquor(chemistry, tmp_path, liquor):
    kind = type(liquor).__name__
    with pytest.raises(
        DataError, match=f"^liquor = {kind} for the file for Cantera must be a Stream, an Equilibrium, or mol"
    ):
        chemistry.to_cantera(tmp_path / "liquor.yaml", celsius(25), liquor)


@pytest.mark.parametrize(("degrees", "low", "high"), [(25, 1e-4, 0.05), (90, 0.01, 0.5)])
def test_file__says_how_far_off_it_is_where_it_is_written_near_no_liquor(tmp_path, degrees, low, high):
    path = Chemistry("Ni Na S", without=("H2O2",)).to_cantera(tmp_path / "liquor.yaml", celsius(degrees))
    description = path.read_text(encoding="utf-8").splitlines()[0]
    said = re.search(r"within (\S+) of ours in liquors of all its ions alike", description)
    assert said is not None
    assert low < float(said.group(1)) < high
    assert "written near no liquor" in description


def test_file__of_ions_of_equal_charges_is_exact_near_no_liquor(tmp_path):
    path = Chemistry("Na K Cl").to_cantera(tmp_path / "liquor.yaml", celsius(90))
    said = re.search(r"within (\S+) of ours", path.read_text(encoding="utf-8").splitlines()[0])
    assert said is not None
    assert float(said.group(1)) < 1e-8


def test_somewhere__shifts_theta_alone_and_by_the_charges():
    charge = np.array([1.0, 1.0, 2.0, -1.0, -2.0, 0.0])
    found = somewhere(charge, 0.45)
    assert set(found.theta) == {(0, 2), (1, 2), (3, 4)}
    assert len(set(found.theta.values())) == 1
    assert found.theta[0, 2] < 0.0
    assert found.beta0 == found.third == {}


def test_short_j__is_the_formula_and_its_slope():
    for x in (0.1, 1.0, 8.0, 40.0):
        value, slope = short_j(x)
        step = 1e-5 * x
        assert slope == pytest.approx((short_j(x + step)[0] - short_j(x - step)[0]) / (2.0 * step), rel=1e-8)
        assert 0.0 < value < 0.25 * x


@pytest.mark.parametrize("short", [False, True])
def test_unequal__has_the_slope_that_differences_have(short):
    for strength in (0.01, 1.0, 10.0):
        step = 1e-4 * strength
        low, high = (unequal(1, 2, 0.39, strength + change, short)[0] for change in (-step, step))
        assert unequal(1, 2, 0.39, strength, short)[1] == pytest.approx((high - low) / (2.0 * step), rel=1e-5)


def test_near__changes_nothing_in_water_and_little_in_a_liquor():
    charge = np.array([1.0, 2.0, -1.0, -2.0, 0.0])
    assert near(charge, np.zeros(5), CANTERA_A_PHI).theta == {}
    corrections = near(charge, np.array([1.0, 1.0, 1.0, 1.0, 0.5]), CANTERA_A_PHI)
    assert set(corrections.theta) == {(0, 1), (2, 3)}
    for values in corrections:
        assert max(abs(value) for value in values.values()) < 2e-3


def test_file__takes_elements_and_solids_that_only_a_users_database_has(chemistry, tmp_path):
    """Borate of a made-up database: the mass follows from the component, the volume is that of as much water."""
    borate = Species("B(OH)4-", COMPONENT, {"B": 1.0, "O": 4.0, "H": 4.0}, -1, 0.078838, {"B(OH)4-": 1.0}, 0.0)
    salt = Species("borax", SOLID, {}, 0, 0.1, {"B(OH)4-": 1.0}, 0.0)
    own = Chemistry("Na")

    class Changed:
        components, aqueous, phases = (*own.components[:2], borate), (own.aqueous[0], borate), (salt,)
        activity, apparent_volumes = own.activity, np.zeros(3)

        def mixture(self, temperature):
            return own.mixture(temperature)._replace(
                composition=np.eye(3)[1:],
                charge=np.array([1.0, -1.0]),
                ln_k=np.zeros(2),
                phase_composition=np.array([[0.0, 1.0, 1.0]]),
                phase_ln_k=np.array([-2.0]),
                pitzer=NO_PITZER._replace(a_phi=0.39),
            )

    path = str(write_cantera(Changed(), tmp_path / "liquor.yaml"))
    assert cantera.Solution(path, "liquor").atomic_weight("B") == pytest.approx(78.838 - 4 * 15.999 - 4 * 1.008)
    solid = cantera.Solution(path, "borax")
    assert solid.density == pytest.approx(solid.mean_molecular_weight / 100.0 * 997.05, rel=1e-4)


@pytest.mark.parametrize(("low", "high"), [(298.15, 400.0), (200.0, 298.15)])
def test_file__is_written_at_the_ends_of_the_range_of_the_data(chemistry, tmp_path, low, high):
    class Bounded:
        def __getattr__(self, name):
            return getattr(chemistry, name)

        def mixture(self, temperature):
            if not low <= temperature <= high:
                raise DataError(f"temperature {temperature:g} K is outside {low:g} to {high:g} K")
            return chemistry.mixture(temperature)

    inside = cantera.Solution(str(chemistry.to_cantera(tmp_path / "inside.yaml", 298.15)), "liquor")
    at_end = cantera.Solution(str(write_cantera(Bounded(), tmp_path / "end.yaml", 298.15)), "liquor")
    np.testing.assert_allclose(at_end.standard_gibbs_RT, inside.standard_gibbs_RT, atol=1e-10)
    np.testing.assert_allclose(at_end.standard_enthalpies_RT, inside.standard_enthalpies_RT, rtol=1e-4, atol=1e-3)
    low = high = 298.15
    with pytest.raises(DataError, match=r"298\.15 K: the data hold for less than 0\.5 K"):
        write_cantera(Bounded(), tmp_path / "end.yaml", 298.15)
