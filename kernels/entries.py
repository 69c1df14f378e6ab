"""Entries and parts of arrays by indices that are never negative, which numba would ask of each that is read from an array.

Sources: none.
"""

import math
from typing import Any

import numpy as np
from numba.core import cgutils, types
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import lower_builtin
from numba.np.arrayobj import populate_array

_typed: Any = infer_global


def pick(array: np.ndarray, at: int) -> Any:
    """Answer entry `at` of an array (N,) that is contiguous."""
    return array[at]


def put(array: np.ndarray, at: int, value: Any) -> None:
    """Set entry `at` of an array (N,) that is contiguous."""
    array[at] = value


@_typed(pick)
class _Pick(AbstractTemplate):
    """It answers what the array holds."""

    def generic(self, args: Any, kws: Any) -> Any:
        return signature(args[0].dtype, args[0], types.intp)


@_typed(put)
class _Put(AbstractTemplate):
    """It takes what the array holds."""

    def generic(self, args: Any, kws: Any) -> Any:
        return signature(types.void, args[0], types.intp, args[0].dtype)


def _address(context: Any, builder: Any, array_type: Any, array: Any, at: Any) -> Any:
    """Answer where an entry is kept."""
    return builder.gep(context.make_array(array_type)(context, builder, array).data, [at])


@lower_builtin(pick, types.Array, types.intp)
def _lower_pick(context, builder, sig, args):
    return builder.load(_address(context, builder, sig.args[0], *args))


@lower_builtin(put, types.Array, types.intp, types.Any)
def _lower_put(context, builder, sig, args):
    builder.store(args[2], _address(context, builder, sig.args[0], args[0], args[1]))
    return context.get_dummy_value()


def part(array: np.ndarray, first: int, shape: Any) -> np.ndarray:
    """Answer a view of an array from entry `first` on, counted through all its rows, in a shape (a tuple).

    It counts no references to what it views, which takes a tenth of the time: whoever calls holds on to the array.
    """
    return array.reshape(-1)[first : first + math.prod(shape)].reshape(shape)


@_typed(part)
class _Part(AbstractTemplate):
    """It is of as many dimensions as there are in the shape."""

    def generic(self, args: Any, kws: Any) -> Any:
        view = types.Array(args[0].dtype, len(args[2]), "C")
        return signature(view, args[0], types.intp, types.UniTuple(types.intp, len(args[2])))


@lower_builtin(part, types.Array, types.intp, types.BaseTuple)
def _lower_part(context, builder, sig, args):
    view = context.make_array(sig.return_type)(context, builder)
    shape = cgutils.unpack_tuple(builder, args[2])
    size = context.get_constant(types.intp, context.get_abi_sizeof(context.get_data_type(sig.args[0].dtype)))
    strides = [size]
    for length in reversed(shape[1:]):
        strides.insert(0, builder.mul(strides[0], length))
    populate_array(view, _address(context, builder, sig.args[0], args[0], args[1]), shape, strides, size, None)
    return view._getvalue()
