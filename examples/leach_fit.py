"""The rate of a leach from one's own batch curves.

The curves stand in data/leach_batch.csv, which is made up. Put your own beside it;
`raffinate.flowsheet.leaching.curves` tells which columns it may have.
"""

from pathlib import Path

import numpy as np

from raffinate.flowsheet.files import write_csv
from raffinate.flowsheet.leaching.curves import read_curves
from raffinate.flowsheet.leaching.fitting import fit_leaching
from raffinate.flowsheet.quantities import celsius, minute, mol_per_litre

TESTS = Path(__file__).parent / "data" / "leach_batch.csv"


def main(folder: str = "results") -> None:
    """Print the laws tried, the constants of the best and what it foretells; write the table and a picture to a folder."""
    curves = read_curves(TESTS)
    fit = fit_leaching(curves, name="cobalt of our oxide")
    print(f"{len(fit.residuals)} readings of {len(curves)} tests\n\n{fit.laws.round(3).to_string()}")
    print(f"\n{fit.constants.round(2).to_string()}")
    print("\n".join(("", *fit.left_open, *fit.remarks)))
    times = np.array([15.0, 30.0, 60.0]) * minute
    found = fit.law.conversion(times, celsius(60.0), acid=1.0 * mol_per_litre)
    told = ", ".join(
        f"{100.0 * share:.0f} % in {time / minute:.0f} min" for share, time in zip(found, times, strict=True)
    )
    print(f"\nat 60 degC: {told}")
    write_csv(Path(folder, "leaching constants.csv"), fit.constants)
    fit.draw(Path(folder, "leaching fit.png"))


if __name__ == "__main__":
    main()
