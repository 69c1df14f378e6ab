"""Constants of an extractant from one's own tests, then a counter-current section with them.

The tests stand in data/cyanex272_jantunen2022.csv: a published extraction curve of Cyanex 272, read off its figure twice. Put
your own beside it; `raffinate.flowsheet.extraction.observations` tells which columns it may have.
"""

from pathlib import Path

from raffinate.flowsheet import Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.chemistry.extractants import Complex, Extractant
from raffinate.flowsheet.extraction.fitting import fit_extractant
from raffinate.flowsheet.extraction.observations import read_observations
from raffinate.flowsheet.extraction.section import Section, run_section
from raffinate.flowsheet.files import write_csv
from raffinate.flowsheet.quantities import cubic_metre, hour, kg, mol_per_litre
from raffinate.flowsheet.stream import solvent

TESTS = Path(__file__).parent / "data" / "cyanex272_jantunen2022.csv"
# What is known before the fit: which complexes form. Two dimers hold a divalent metal at low loading, one at high loading.
DIVALENT, MONOVALENT = ("Mn+2", "Co+2", "Ni+2"), ("Li+", "Na+")
COMPLEXES = [Complex(cation, 0.0, units) for cation in DIVALENT for units in (2.0, 1.0)]
COMPLEXES += [Complex(cation, 0.0, units) for cation in MONOVALENT for units in (1.0, 0.5)]
EXTRACTANT = Extractant(
    "our phosphinic acid", "C16H35O2P", complexes=tuple(COMPLEXES), properties={"density": 920 * kg / cubic_metre}
)


def main(folder: str = "results") -> None:
    """Print the constants and the section; write tables and a picture to a folder."""
    tests = read_observations(TESTS)
    fit = fit_extractant(tests, EXTRACTANT, shared_step=True)
    print(f"{len(fit.residuals)} readings of {len(tests)} tests\n\n{fit.constants.round(2).to_string()}")
    print(f"\nmean errors\n{fit.mean_errors.dropna(axis=1, how='all').round(2).to_string()}")
    print("\n".join(("", *fit.left_open, *fit.remarks)))

    chemistry = Chemistry("Li Na Ni Co Mn S", extractants=(fit.extractant,))
    liquor = Stream.of(
        chemistry,
        {"H2O": 1000 * kg / hour, "NiSO4": 80 * kg / hour, "CoSO4": 20 * kg / hour, "Li2SO4": 30 * kg / hour},
    )
    organic = solvent(chemistry, fit.extractant.name, 0.6 * mol_per_litre, 1.2 * liquor.liquor_volume)
    soda = Stream.of(chemistry, {"NaOH": 0.3, "H2O": 0.7})
    section = Section(extractant=fit.extractant.name, stages=4, ph={4: 5.4}, base=soda)
    profile = run_section(section, liquor, organic)
    print(f"\nfour stages, raffinate held at pH 5.4\n{profile.table().round(2).to_string()}")
    for cation in ("Co+2", "Ni+2", "Li+"):
        print(f"{cation} extracted {100.0 * profile.extraction[cation]:.1f} %")

    write_csv(Path(folder, "fitted constants.csv"), fit.constants)
    write_csv(Path(folder, "fit residuals.csv"), fit.residuals)
    fit.draw(Path(folder, "fit of an extractant.png"))
    print(f"\n3 tables and pictures are in {folder}/")


if __name__ == "__main__":
    main()
