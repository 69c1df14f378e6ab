"""What stands in the tanks of three leaches: black mass of NMC, the same uncooled, and LFP that gives its lithium alone.

A train of tanks is not a batch: coarse particles leave it early. The tables show tank by tank the acid, pH, heat to take
away, and what has dissolved of each element; below them the sizes of the residue, the gas, and what the reductant did.
"""

from raffinate.flowsheet import Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.leaching.dosing import PerElement
from raffinate.flowsheet.leaching.tank_table import tank_table
from raffinate.flowsheet.quantities import celsius, hour, kg
from raffinate.flowsheet.sizes import SizeDistribution
from raffinate.unitops.adiabatic_leaching import AdiabaticLeaching
from raffinate.unitops.leaching import Leaching
from raffinate.unitops.selective_leaching import SelectiveLeaching

CHEMISTRY = Chemistry("Li Ni Co Mn Cu Al Fe S C P F")
NMC = "LiNi0.6Mn0.2Co0.2O2(s)"
SIZES = SizeDistribution.rosin_rammler(30e-6, 1.2)  # 63.2 % finer than 30 um


def flow(masses: dict[str, float], temperature: float = celsius(25.0)) -> Stream:
    """Make a stream of kg/h."""
    return Stream.of(CHEMISTRY, {name: mass * kg / hour for name, mass in masses.items()}, temperature)


BLACK_MASS = flow({NMC: 550.0, "C(s)": 380.0, "Al(s)": 25.0, "Cu(s)": 20.0, "LiF(s)": 20.0, "Fe(s)": 5.0})
BLACK_MASS = BLACK_MASS.with_sizes(dict.fromkeys((NMC, "C(s)", "Al(s)", "Cu(s)"), SIZES))
PHOSPHATE = flow({"LiFePO4(s)": 680.0, "C(s)": 290.0, "Al(s)": 20.0, "Cu(s)": 10.0})
WATER = flow({"H2O": 4000.0})
ACID, PEROXIDE = flow({"H2SO4": 98.0, "H2O": 2.0}), flow({"H2O2": 30.0, "H2O": 70.0})
SHOWN = ["degC", "pH", "free H2SO4 g/L", "heat kW", "reagent dosed %"]


def show(
    title: str, unit: Leaching | AdiabaticLeaching | SelectiveLeaching, solids: Stream, elements: list[str]
) -> None:
    """Print the tanks of a leach and what it reports."""
    inlets = {"solids": solids, "liquor": WATER}
    table = tank_table(unit.profile(inlets), solids)
    outcome = unit.run(inlets)
    report = outcome.report
    print(f"\n{title}\n{table[SHOWN + [f'{e} dissolved %' for e in elements]].round(2).to_string()}")
    gases = {name: 3600.0 * report[name] for name in ("oxygen", "hydrogen", "carbon_dioxide")}
    print("gas, mol/h: " + ", ".join(f"{name.replace('_', ' ')} {amount:.0f}" for name, amount in gases.items()))
    print(f"peroxide that exchanged electrons: {100.0 * report['peroxide_utilisation']:.0f} %")
    for warning in outcome.warnings:
        print(f"  note: {warning}")


def main() -> None:
    """Leach black mass cooled and uncooled, and LFP selectively."""
    usual = {"acid": ACID, "reductant": PEROXIDE, "residence_time": 5 * hour}
    cooled = Leaching(tanks=4, **usual)
    show("black mass of NMC622 at 70 degC, cooled", cooled, BLACK_MASS, ["Li", "Ni", "Al", "Cu"])
    slurry = cooled.run({"solids": BLACK_MASS, "liquor": WATER}).outlets["slurry"]
    d50 = [stream.size_distribution(NMC).d50 * 1e6 for stream in (BLACK_MASS, slurry)]
    print(f"d50 of the oxide: {d50[0]:.0f} um fed, {d50[1]:.0f} um of what is left")
    thin = BLACK_MASS * 0.35
    show(
        "a third of it in as much water, uncooled", AdiabaticLeaching(tanks=3, **usual), thin, ["Li", "Ni", "Al", "Cu"]
    )
    selective = SelectiveLeaching(
        acid=ACID,
        oxidant=PEROXIDE,
        acid_rule=PerElement("Li", 0.57),
        oxidant_rule=PerElement("Li", 1.0),
        residence_time=3 * hour,
    )
    show("lithium iron phosphate at 60 degC, H2SO4/Li 0.57", selective, PHOSPHATE, ["Li", "Fe", "P", "Cu"])


if __name__ == "__main__":
    main()
