"""Entries of arrays by indices that are never negative, which numba would ask of each index that is read from an array.

Sources: none.
"""

from typing import Any

import numpy as np
from numba.core import types
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import lower_builtin

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
