"""Heats and densities: diluting acid, neutralising it, crystallising Glauber's salt, and what a small plant has to cool."""

from raffinate.flowsheet import Flowsheet, Stream, mix, solve
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.heat import adiabatic, heat_duties, heat_duty
from raffinate.flowsheet.quantities import celsius, hour, kg, to_celsius
from raffinate.unitops.crystalliser import Crystalliser
from raffinate.unitops.neutralisation import Neutralisation

kilowatt = 1e3


def main() -> None:
    """Print densities, temperatures and duties."""
    chemistry = Chemistry("Na Ni S")
    acid = Stream.of(chemistry, {"H2SO4": 98 * kg / hour, "H2O": 2 * kg / hour}, celsius(25))
    soda = Stream.of(chemistry, {"NaOH": 50 * kg / hour, "H2O": 50 * kg / hour}, celsius(25))
    water = Stream.of(chemistry, {"H2O": 227 * kg / hour}, celsius(25))
    print(
        f"98 % acid: {acid.mass / acid.liquor_volume:.0f} kg/m3; 50 % soda: {soda.mass / soda.liquor_volume:.0f} kg/m3"
    )

    diluted = adiabatic([acid, water])
    print(f"diluted to 30 % the acid reaches {to_celsius(diluted.temperature):.0f} degC")
    cooled = mix([acid, water]).replace(temperature=celsius(25))
    print(f"to keep it at 25 degC takes {-heat_duty([acid, water], [cooled]) / kilowatt:.1f} kW of cooling")

    supercooled = Stream.of(chemistry, {"Na2SO4": 25 * kg / hour, "H2O": 75 * kg / hour}, celsius(15))
    slurry = adiabatic(supercooled, ["Na2SO4.10H2O(s)"])
    crystals = slurry.solids.mass / (kg / hour)
    print(
        f"Glauber's salt: {crystals:.0f} kg/h of crystals warm the liquor to {to_celsius(slurry.temperature):.1f} degC"
    )

    sheet = Flowsheet()
    liquor = Stream.of(chemistry, {"H2O": 700 * kg / hour, "NiSO4": 200 * kg / hour}, celsius(50))
    sheet.add(
        "neutralisation",
        Neutralisation(reagent=soda, target_ph=3.0, temperature=celsius(60)),
        feed=[liquor, acid * 0.2],
    )
    boiler = Crystalliser(salts=("NiSO4.6H2O(s)",), evaporated=0.6, temperature=celsius(60))
    sheet.add("crystalliser", boiler, feed="neutralisation.slurry")
    for name, duty in heat_duties(solve(sheet)).items():
        print(f"{name}: {abs(duty) / kilowatt:.1f} kW to {'supply' if duty > 0.0 else 'take away'}")


if __name__ == "__main__":
    main()
