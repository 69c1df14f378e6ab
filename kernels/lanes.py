"""Eight numbers side by side, one of each of eight liquors, as one value that the compiler keeps in vector registers.

A table holds a quantity of eight liquors in each row (N, 8). `load` takes a row as a value, which adds, multiplies and
divides as a number does, with numbers and with others of its kind; `store` puts it back. Nothing here depends on what
the compiler makes of a loop. Without compilation a value is an array (8,).

Sources: none.
"""

import operator
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import lower_builtin, lower_cast, models, register_model

from .jit import inner

WIDTH = 8
_VECTOR = ir.VectorType(ir.DoubleType(), WIDTH)
_WHOLE = ir.VectorType(ir.IntType(64), WIDTH)
_EVERY = ir.VectorType(ir.IntType(32), WIDTH)
SHIFT = 6755399441055744.0  # 1.5 * 2^52: a number of moderate size added to it is rounded to an integer
_SHIFT_BITS = 4843621399236968448
_LN2 = 0.6931471805599453
_typed: Any = infer_global


class _Lanes(types.Type):
    """The type of such a value in the eyes of numba."""

    def __init__(self) -> None:
        super().__init__(name="Lanes")


_LANES = _Lanes()


@register_model(_Lanes)
class _LanesModel(models.PrimitiveModel):
    """It is a vector of the compiler."""

    def __init__(self, dmm: Any, fe_type: Any) -> None:
        super().__init__(dmm, fe_type, _VECTOR)


def _spread(builder: Any, number: Any) -> Any:
    """Answer the vector that holds a number in each lane."""
    one = builder.insert_element(ir.Constant(_VECTOR, ir.Undefined), number, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(one, ir.Constant(_VECTOR, ir.Undefined), ir.Constant(_EVERY, [0] * WIDTH))


@lower_cast(types.Float, _Lanes)
def _from_float(context, builder, fromty, toty, val):
    return _spread(builder, context.cast(builder, val, fromty, types.float64))


@lower_cast(types.Integer, _Lanes)
def _from_integer(context, builder, fromty, toty, val):
    return _spread(builder, context.cast(builder, val, fromty, types.float64))


def _arithmetic(operators: tuple[Any, ...], instruction: str) -> None:
    """Let operators between such values, and between one and a number, be an instruction of the compiler."""

    def generic(self: Any, args: Any, kws: Any) -> Any:
        fits = all(isinstance(each, (_Lanes, types.Float, types.Integer)) for each in args)
        if len(args) == 2 and fits and any(isinstance(each, _Lanes) for each in args):
            return signature(_LANES, _LANES, _LANES)
        return None

    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return getattr(builder, instruction)(*args)

    for each in operators:
        _typed(each)(type(f"_{instruction}", (AbstractTemplate,), {"generic": generic}))
        lower_builtin(each, _Lanes, _Lanes)(lower)


_arithmetic((operator.add, operator.iadd), "fadd")
_arithmetic((operator.sub, operator.isub), "fsub")
_arithmetic((operator.mul, operator.imul), "fmul")
_arithmetic((operator.truediv, operator.itruediv), "fdiv")


def _row(context: Any, builder: Any, table_type: Any, table: Any, at: Any) -> Any:
    """Answer the address of a row of a table."""
    data = context.make_array(table_type)(context, builder, table).data
    first = builder.mul(at, ir.Constant(at.type, WIDTH))
    return builder.bitcast(builder.gep(data, [first]), _VECTOR.as_pointer())


def load(table: np.ndarray, at: int) -> Any:
    """Answer row `at` of a table (N, 8)."""
    return table[at].copy()


def store(table: np.ndarray, at: int, value: Any) -> None:
    """Put a value into row `at` of a table (N, 8)."""
    table[at] = value


def load_at(table: np.ndarray, place: int) -> Any:
    """Answer eight numbers of a table from any place on; places are counted through all rows."""
    return table.reshape(-1)[place : place + WIDTH].copy()


def store_at(table: np.ndarray, place: int, value: Any) -> None:
    """Put a value into eight numbers of a table, from any place on."""
    table.reshape(-1)[place : place + WIDTH] = value


def number_at(table: np.ndarray, place: int) -> float:
    """Answer the number at a place of a table."""
    return float(table.flat[place])


def put_at(table: np.ndarray, place: int, number: float) -> None:
    """Set the number at a place of a table."""
    table.flat[place] = number


def spread(number: float) -> Any:
    """Answer a number in each lane."""
    return np.full(WIDTH, number)


def nth(value: Any, lane: int) -> Any:
    """Answer what one lane holds, in each."""
    return np.full(WIDTH, value[lane])


def counted(first: float) -> Any:
    """Answer `first` in the first lane, and one more in each that follows."""
    return first + np.arange(WIDTH)


def root(value: Any) -> Any:
    """Answer the square roots."""
    return np.sqrt(value)


def size(value: Any) -> Any:
    """Answer the absolute values."""
    return np.abs(value)


def lesser(one: Any, other: Any) -> Any:
    """Answer the lesser of two in each lane; `other` where one of them is no number."""
    return np.where(one < other, one, other)


def greater(one: Any, other: Any) -> Any:
    """Answer the greater of two in each lane; `other` where one of them is no number."""
    return np.where(one > other, one, other)


def choose(one: Any, other: Any, value: Any, instead: Any) -> Any:
    """Answer `value` in each lane where one < other, `instead` elsewhere."""
    return np.where(one < other, value, instead)


def exceeds(one: Any, other: Any) -> bool:
    """Whether one > other in any lane."""
    return bool(np.any(one > other))


def power_of_two(shifted: Any) -> Any:
    """Answer 2^k of whole k, given k plus 1.5 * 2^52."""
    return 2.0 ** (shifted - SHIFT)


def rough_logarithm(value: Any) -> Any:
    """Answer what grows as ln of positive values, 0 at 1 and within 0.06 of it: between powers of two a straight line."""
    return (value.view(np.int64) * 2.0**-52 - 1023.0) * _LN2


def most_of(value: Any) -> float:
    """Answer the greatest of the lanes."""
    return float(np.max(value))


def sum_of(value: Any) -> float:
    """Answer the sum of the lanes."""
    return float(np.sum(value))


def sums_of(one: Any, two: Any, three: Any, four: Any) -> tuple[float, float, float, float]:
    """Answer the sums of the lanes of four at a time, which is less work than one by one."""
    return sum_of(one), sum_of(two), sum_of(three), sum_of(four)


def _compiled(function: Any, answers: Any, takes: tuple[Any, ...]) -> Any:
    """Say how a function that takes and answers these types is written for the compiler, without a call."""

    def generic(self: Any, args: Any, kws: Any) -> Any:
        given = [args[0], *takes[1:]] if takes[0] is types.Array else takes
        return signature(answers, *given)

    _typed(function)(type(f"_{function.__name__}", (AbstractTemplate,), {"generic": generic}))
    return lower_builtin(function, *takes)


def _intrinsic(builder: Any, name: str, answers: Any, args: Any) -> Any:
    """Call what the compiler has for this name."""
    kind = ir.FunctionType(answers, [each.type for each in args])
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, f"llvm.{name}.v{WIDTH}f64"), args)


@_compiled(load, _LANES, (types.Array, types.intp))
def _load(context, builder, sig, args):
    return builder.load(_row(context, builder, sig.args[0], *args), align=8)


@_compiled(store, types.void, (types.Array, types.intp, _LANES))
def _store(context, builder, sig, args):
    builder.store(args[2], _row(context, builder, sig.args[0], args[0], args[1]), align=8)
    return context.get_dummy_value()


def _place(context: Any, builder: Any, table_type: Any, table: Any, place: Any) -> Any:
    """Answer the address of a number of a table."""
    return builder.gep(context.make_array(table_type)(context, builder, table).data, [place])


@_compiled(load_at, _LANES, (types.Array, types.intp))
def _load_at(context, builder, sig, args):
    return builder.load(builder.bitcast(_place(context, builder, sig.args[0], *args), _VECTOR.as_pointer()), align=8)


@_compiled(store_at, types.void, (types.Array, types.intp, _LANES))
def _store_at(context, builder, sig, args):
    address = _place(context, builder, sig.args[0], args[0], args[1])
    builder.store(args[2], builder.bitcast(address, _VECTOR.as_pointer()), align=8)
    return context.get_dummy_value()


@_compiled(number_at, types.float64, (types.Array, types.intp))
def _number_at(context, builder, sig, args):
    return builder.load(_place(context, builder, sig.args[0], *args))


@_compiled(put_at, types.void, (types.Array, types.intp, types.float64))
def _put_at(context, builder, sig, args):
    builder.store(args[2], _place(context, builder, sig.args[0], args[0], args[1]))
    return context.get_dummy_value()


@_compiled(nth, _LANES, (_LANES, types.intp))
def _nth(context, builder, sig, args):
    return _spread(builder, builder.extract_element(*args))


@_compiled(counted, _LANES, (types.float64,))
def _counted(context, builder, sig, args):
    return builder.fadd(_spread(builder, args[0]), ir.Constant(_VECTOR, [float(k) for k in range(WIDTH)]))


@_compiled(spread, _LANES, (types.float64,))
def _lower_spread(context, builder, sig, args):
    return _spread(builder, args[0])


@_compiled(root, _LANES, (_LANES,))
def _root(context, builder, sig, args):
    return _intrinsic(builder, "sqrt", _VECTOR, args)


@_compiled(size, _LANES, (_LANES,))
def _size(context, builder, sig, args):
    return _intrinsic(builder, "fabs", _VECTOR, args)


@_compiled(lesser, _LANES, (_LANES, _LANES))
def _lesser(context, builder, sig, args):
    return builder.select(builder.fcmp_ordered("<", *args), *args)


@_compiled(greater, _LANES, (_LANES, _LANES))
def _greater(context, builder, sig, args):
    return builder.select(builder.fcmp_ordered(">", *args), *args)


@_compiled(choose, _LANES, (_LANES, _LANES, _LANES, _LANES))
def _choose(context, builder, sig, args):
    return builder.select(builder.fcmp_ordered("<", args[0], args[1]), args[2], args[3])


@_compiled(exceeds, types.boolean, (_LANES, _LANES))
def _exceeds(context, builder, sig, args):
    lanes = builder.bitcast(builder.fcmp_ordered(">", *args), ir.IntType(WIDTH))
    return builder.icmp_unsigned("!=", lanes, ir.Constant(ir.IntType(WIDTH), 0))


@_compiled(power_of_two, _LANES, (_LANES,))
def _power_of_two(context, builder, sig, args):
    bits = builder.add(builder.bitcast(args[0], _WHOLE), ir.Constant(_WHOLE, [1023 - _SHIFT_BITS] * WIDTH))
    return builder.bitcast(builder.shl(bits, ir.Constant(_WHOLE, [52] * WIDTH)), _VECTOR)


@_compiled(most_of, types.float64, (_LANES,))
def _most_of(context, builder, sig, args):
    return _intrinsic(builder, "vector.reduce.fmax", ir.DoubleType(), args)


@_compiled(rough_logarithm, _LANES, (_LANES,))
def _rough_logarithm(context, builder, sig, args):
    bits = builder.sitofp(builder.bitcast(args[0], _WHOLE), _VECTOR)
    scale, first = ir.Constant(_VECTOR, [_LN2 * 2.0**-52] * WIDTH), ir.Constant(_VECTOR, [-1023.0 * _LN2] * WIDTH)
    return builder.fadd(builder.fmul(bits, scale), first)


def _pick(builder: Any, one: Any, other: Any, places: list[int]) -> Any:
    """Answer the vector of what stands at places of two vectors, one behind the other."""
    return builder.shuffle_vector(one, other, ir.Constant(ir.VectorType(ir.IntType(32), len(places)), places))


@_compiled(sum_of, types.float64, (_LANES,))
def _sum_of(context, builder, sig, args):
    total, held = args[0], WIDTH
    while held > 1:
        held //= 2
        halves = (_pick(builder, total, total, list(range(a, a + held))) for a in (0, held))
        total = builder.fadd(*halves)
    return builder.extract_element(total, ir.Constant(ir.IntType(32), 0))


@_compiled(sums_of, types.UniTuple(types.float64, 4), (_LANES, _LANES, _LANES, _LANES))
def _sums_of(context, builder, sig, args):
    fours = [builder.fadd(*(_pick(builder, each, each, list(range(a, a + 4))) for a in (0, 4))) for each in args]
    pairs = [
        builder.fadd(*(_pick(builder, fours[k], fours[k + 1], [a, a + 4, a + 2, a + 6]) for a in (0, 1)))
        for k in (0, 2)
    ]
    total = builder.fadd(*(_pick(builder, pairs[0], pairs[1], [a, a + 1, a + 4, a + 5]) for a in (0, 2)))
    sums = [builder.extract_element(total, ir.Constant(ir.IntType(32), k)) for k in range(4)]
    return context.make_tuple(builder, sig.return_type, sums)


@inner.kernel
def blank_table(rows: int) -> np.ndarray:
    """Answer a table of so many rows of zeros, each of which begins where a line of the cache does."""
    room = np.zeros(WIDTH * rows + WIDTH)
    first = (-(room.ctypes.data // 8)) % WIDTH
    return room[first : first + WIDTH * rows].reshape((rows, WIDTH))
