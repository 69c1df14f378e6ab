"""What a leach liquor of black mass would do: titration, speciation, solubility, precipitation, saturation, Eh-pH.

Run it, change LIQUOR, run it again: tables are printed, tables and pictures are written to results/.
"""

from pathlib import Path

from raffinate.flowsheet import Stream
from raffinate.flowsheet.analysis import (
    AgainstDose,
    AgainstPh,
    AgainstTemperature,
    precipitation_table,
    saturation_table,
    solubility_table,
    speciation_table,
    titration_table,
)
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.diagrams import (
    draw_pourbaix,
    draw_precipitation,
    draw_saturation,
    draw_solubility,
    draw_speciation,
    draw_titration,
)
from raffinate.flowsheet.files import write_csv
from raffinate.flowsheet.pourbaix import pourbaix, pourbaix_table
from raffinate.flowsheet.quantities import celsius
from raffinate.flowsheet.stream import dose

# kg of substances in a kilogram of water: 31 g/L nickel, 8 g/L cobalt, 7 g/L manganese, and what leaches with them
LIQUOR = {"NiSO4": 0.080, "CoSO4": 0.020, "MnSO4": 0.020, "Li2SO4": 0.050, "CuSO4": 0.004, "H2SO4": 0.020}
LIQUOR |= {"Al2(SO4)3": 0.008, "Fe2(SO4)3": 0.003, "H2O": 1.0}
HYDROXIDES = ("Al(OH)3(s)", "Fe(OH)3(s)", "Cu(OH)2(s)", "Ni(OH)2(s)", "Co(OH)2(s)", "Mn(OH)2(s)")
CHEMISTRY = Chemistry("Li Na Al Fe Cu Ni Co Mn S C")


def main(folder: str = "results") -> None:
    """Print the tables; write tables and pictures to a folder."""
    leach = Stream.of(CHEMISTRY, LIQUOR, celsius(25))
    water = Stream.of(CHEMISTRY, {"H2O": 1.0})
    neutralised, _, _ = dose(leach, Stream.of(CHEMISTRY, {"NaOH": 1.0}), 5.0, leach.temperature, phases=())
    acidity, heat, brine = AgainstPh(0.0, 13.0), AgainstTemperature(), AgainstDose("Na2SO4", 2.5)
    titration = titration_table(leach, "NaOH", target_ph=10.5, phases=HYDROXIDES)
    tables = {
        "titration": titration,
        "speciation of aluminium": speciation_table(leach, "Al+3", acidity),
        "solubility of sodium sulfate": solubility_table(water, "Na2SO4", heat),
        "solubility of lithium carbonate": solubility_table(water, "Li2CO3", brine),
        "precipitation": precipitation_table(leach, acidity),
        "saturation at pH 5": saturation_table(neutralised),
        "Eh-pH of manganese": pourbaix_table(pourbaix(leach, "Mn")),
        "Eh-pH of nickel": pourbaix_table(pourbaix(leach, "Ni")),
    }
    print(f"leach liquor at pH {leach.ph:.2f}, ionic strength {leach.equilibrium.ionic_strength:.1f} mol/kg")
    for name, table in tables.items():
        print(
            f"\n{name}, {len(table)} rows\n{table.iloc[:: max(1, len(table) // 6)].round(3).to_string(line_width=120)}"
        )
        write_csv(Path(folder, f"{name}.csv"), table)
    paths = {name: Path(folder, f"{name}.png") for name in tables}
    draw_titration(leach, "NaOH", paths["titration"], target_ph=10.5, phases=HYDROXIDES)
    draw_speciation(leach, "Al+3", acidity, paths["speciation of aluminium"])
    draw_solubility(water, "Na2SO4", heat, paths["solubility of sodium sulfate"])
    draw_solubility(water, "Li2CO3", brine, paths["solubility of lithium carbonate"])
    draw_precipitation(leach, paths["precipitation"], acidity)
    draw_saturation(neutralised, paths["saturation at pH 5"])
    draw_pourbaix(leach, "Mn", paths["Eh-pH of manganese"])
    draw_pourbaix(leach, "Ni", paths["Eh-pH of nickel"])
    print(f"\n{2 * len(tables)} tables and pictures are in {folder}/")


if __name__ == "__main__":
    main()
