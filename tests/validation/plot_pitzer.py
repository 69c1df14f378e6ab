"""A picture of the Pitzer parameters against what was measured: run with the name of the file to write.

Four panels: mean activity coefficients of the sulfates at 25 degC; osmotic coefficients of sulfates at 25 and 110 degC, measured
against sodium and potassium chloride; the osmotic coefficient of sulfuric acid; the activity of the solids' ions along their
solubility curves, which a straight line in 1/T should nearly describe.
"""

import math
import sys
from collections.abc import Callable

import fit_pitzer
import matplotlib as mpl
import numpy as np
import pitzer_reference as reference
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

mpl.use("agg")
TABLE = reference.read()
SULFATES = ["Li+", "Na+", "K+", "NH4+", "Mg+2", "Mn+2", "Ni+2", "Cu+2", "Zn+2"]


def activity_coefficients(axes: Axes) -> None:
    """Lines of the table and points of the handbooks; the divalent sulfates as ratios to 0.1 mol/kg, times 0.150."""
    values = reference.at(TABLE, reference.ROOM)
    for k, cation in enumerate([*SULFATES, "Co+2"]):
        salt, colour = f"{cation}|SO4-2", f"C{k}"
        rows = fit_pitzer.measured(salt, "gamma")
        points = [(float(row["molality"]), float(row["value"])) for row in rows]
        molality = np.linspace(0.1, max([m for m, _ in points], default=3.5), 120)
        found = np.array([10 ** reference.of_salt(values, salt, m)[0] for m in molality])
        if reference.charge(cation) == 2:
            found *= 0.150 / found[0]
        axes.plot(molality, found, color=colour, linestyle="-" if points else "--", label=cation)
        axes.plot([m for m, _ in points], [g for _, g in points], ".", color=colour)
    axes.set(yscale="log", xlabel="molality, mol/kg", ylabel="mean activity coefficient", title="Sulfates, 25 °C")
    axes.legend(fontsize=7, ncols=2)


def isopiestic(axes: Axes) -> None:
    """Lines of the table, points measured; that of nickel at 110 degC is fitted, the others are not."""
    for k, (metal, celsius) in enumerate((("Cu", 25), ("Mg", 25), ("Mg", 110), ("Ni", 110))):
        salt, kelvin = f"{metal}+2|SO4-2", celsius + 273.15
        points = np.array([(m, phi) for t, m, phi in fit_pitzer.isopiestic(TABLE, salt) if abs(t - kelvin) < 0.1])
        values = reference.at(TABLE, kelvin)
        molality = np.linspace(points[:, 0].min(), points[:, 0].max(), 60)
        found = [reference.of_salt(values, salt, m, kelvin)[1] for m in molality]
        axes.plot(molality, found, color=f"C{k}", label=f"{metal}SO4, {celsius} °C")
        axes.plot(*points.T, "o", color=f"C{k}", ms=4, mfc="none")
    axes.set(xlabel="molality, mol/kg", ylabel="osmotic coefficient", title="Sulfates, isopiestic")
    axes.legend(fontsize=8)


def sulfuric_acid(axes: Axes) -> None:
    """The osmotic coefficient on three ions at four temperatures; points where there are any."""
    for k, celsius in enumerate((0, 25, 60, 100)):
        kelvin = celsius + 273.15
        values, constant = reference.at(TABLE, kelvin), fit_pitzer.bisulfate_constant(kelvin)
        molality = np.linspace(0.05, 6.0, 80)
        found = [reference.of_sulfuric_acid(values, m, constant, kelvin)[1] for m in molality]
        axes.plot(molality, found, color=f"C{k}", label=f"{celsius} °C")
        rows = [row for row in fit_pitzer.measured("H+|SO4-2", "osmotic") if row["temperature_c"] == str(celsius)]
        axes.plot([float(r["molality"]) for r in rows], [float(r["value"]) for r in rows], "o", color=f"C{k}", ms=4)
    axes.set(xlabel="molality of H2SO4, mol/kg", ylabel="osmotic coefficient", title="Sulfuric acid")
    axes.legend(fontsize=8)


def solids(axes: Axes) -> None:
    """log10 of the product of activities at saturation against reciprocal temperature."""
    number = 0
    for metal in fit_pitzer.METALS:
        salt = f"{metal}|SO4-2"
        for solid in fit_pitzer.solubilities(salt):
            water = fit_pitzer.hydrate_number(solid.solid)
            points = zip(solid.kelvin, solid.molality, strict=True)
            product = [fit_pitzer.ln_product(TABLE, salt, water, m, t) / math.log(10.0) for t, m in points]
            marker = "os^vDPX*<>p"[number % 11]
            colour = plt.get_cmap("tab20")(number % 20)
            axes.plot(1000.0 / solid.kelvin, product, marker + "-", color=colour, ms=4, lw=0.8, label=solid.solid)
            number += 1
    axes.set(xlabel="1000 K / T", ylabel="log10 of the activity product", title="At the measured solubilities")
    axes.legend(fontsize=7, loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False)


def main(path: str) -> None:
    figure, axes = plt.subplots(1, 4, figsize=(21, 5.5), layout="constrained")
    panels: list[Callable[[Axes], None]] = [activity_coefficients, isopiestic, sulfuric_acid, solids]
    for draw, panel in zip(panels, axes, strict=True):
        draw(panel)
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    main(sys.argv[1])
