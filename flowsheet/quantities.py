"""Units at the user's border: numbers that turn what an engineer writes into SI.

`2 * hour` is 7200 s, `celsius(60)` is 333.15 K. Inside the engine everything is SI (mol, kg, s, K, Pa, m3).
"""

from numbers import Real

from .errors import DataError, nearest

ROUND_OFF = 1e-6  # K, by which a temperature may miss a limit: celsius(-50) is not quite 223.15

kg = 1.0
gram = 1e-3
tonne = 1e3
second = 1.0
minute = 60.0
hour = 3600.0
day = 86400.0
mol = 1.0
kmol = 1e3
metre = 1.0
micrometre = 1e-6
cubic_metre = 1.0
litre = 1e-3
pascal = 1.0
bar = 1e5
atmosphere = 101325.0
joule = 1.0
kilojoule = 1e3
megajoule = 1e6
kilowatt = 1e3
kilowatt_hour = 3.6e6
percent = 0.01
ppm = 1e-6
gram_per_litre = 1.0
mol_per_litre = 1e3

_BY_NAME = {
    "kg/h": kg / hour,
    "t/h": tonne / hour,
    "kg/s": 1.0,
    "mol/s": 1.0,
    "kmol/h": kmol / hour,
    "m3/h": cubic_metre / hour,
    "L/h": litre / hour,
    "h": hour,
    "min": minute,
    "s": 1.0,
    "K": 1.0,
    "Pa": 1.0,
    "bar": bar,
    "g/L": gram_per_litre,
    "mol/L": mol_per_litre,
    "%": percent,
    "ppm": ppm,
    "kW": kilowatt,
    "MJ": megajoule,
    "kJ/mol": kilojoule,
    "-": 1.0,
}


def celsius(degrees: float) -> float:
    """Turn degrees Celsius into kelvin."""
    return degrees + 273.15


def to_celsius(kelvin: float) -> float:
    """Turn kelvin into degrees Celsius."""
    return kelvin - 273.15


def number(value: object, what: str, example: str) -> float:
    """Answer a value as a number; raises `DataError` for what is none, with `what` it is and an `example` of it."""
    if not isinstance(value, Real) or isinstance(value, bool):
        plain = value is None or isinstance(value, (str, bool))
        shown = repr(value) if plain else f"{type(value).__name__}{getattr(value, 'shape', '')}"
        raise DataError(f"{what} = {shown} is no number; give one such as {example}")
    return float(value)


def kelvin(temperature: object, where: str = "liquor") -> float:
    """Answer a temperature (K) as a number; raises `DataError` for what is none, such as an array or a text."""
    if type(temperature) is float:  # asked of every stream and every liquor
        return temperature
    return number(temperature, f"{where}: temperature", "celsius(25), which is 298.15 K")


def unit(name: str) -> float:
    """Answer how many SI units one `name` is, for units read from a table; raises `DataError` for an unknown one."""
    if name not in _BY_NAME:
        raise DataError(f"unit {name!r} is not known{nearest(name, _BY_NAME)}")
    return _BY_NAME[name]
