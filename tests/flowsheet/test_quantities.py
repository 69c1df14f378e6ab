"""Units at the user's border."""

import pytest

from raffinate.flowsheet import DataError
from raffinate.flowsheet.quantities import bar, celsius, hour, kg, litre, to_celsius, tonne, unit


def test_unit__is_told_in_si():
    assert unit("kg/h") == kg / hour
    assert unit("t/h") == tonne / hour
    assert unit("bar") == bar
    assert unit("L/h") * 3600.0 == pytest.approx(litre)


def test_celsius__goes_and_comes_back():
    assert celsius(25.0) == pytest.approx(298.15)
    assert to_celsius(celsius(60.0)) == pytest.approx(60.0)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("kg/hr", "unit 'kg/hr' is not known; did you mean 'kg/h'"),
        ("KG/H", "did you mean 'kg/h'"),
        ("furlong", "unit 'furlong' is not known; known: %, -, K,"),
    ],
)
def test_unit__refuses_a_misspelt_one_with_the_nearest(name, reason):
    with pytest.raises(DataError, match=reason):
        unit(name)
