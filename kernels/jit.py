"""The one place where numba is configured.

A kernel that Python calls is decorated with `kernel`, one that only other kernels call with `inner.kernel`, which leaves
out the entry for Python: a third of the time to compile. A `lean.kernel` is an inner one that makes no array: numba then
counts no references, which costs more than the arithmetic where arrays are as small as ours; it must not answer a view to
one that counts them. An `entry.kernel` is a lean one that Python may call too. One that shares its loop out to the cores is
a `parallel.kernel`. One that is heavy and called from several others stands `apart` as well. The compiled code is kept on
disk, so that a process pays for compiling once; set `RAFFINATE_KERNEL_CACHE=0` while working on kernels, because numba
does not notice an edit in another file that a cached kernel calls.

Numba takes the code of all that a kernel calls into the kernel and optimises it again, level by level. A kernel that
stands `apart` is compiled once, when it is first reached, and called by its address; its callers hold nothing of it but
the names of two symbols, which is why they can still be kept on disk.

A call hands over each array of each tuple as seven numbers, which costs as much as a loop over a few dozen species. One that
is called from one place, or is small, is a `within.kernel`, a lean one that is always put into its caller, or a
`maker.kernel` where it makes arrays.

The first kernel of a process that is not on disk is told of in one line, through the logger `raffinate` (to stderr, where
nobody has set up logging): a first pH otherwise takes 20 s without a word. Numba itself says when it compiles, and only
then, so that a call and a kernel from the disk pay nothing. `RAFFINATE_QUIET=1`, or a higher level of that logger,
silences it.

`error_model="numpy"` makes a division by zero answer infinity instead of raising (a kernel never raises); the
fast-math flags are the three that keep `inf` and `nan` meaningful.
"""

import ctypes
import logging
import os
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import llvmlite.binding
import numba
from llvmlite import ir
from numba.core import cgutils, errors, event, types
from numba.extending import intrinsic

_CACHE = os.environ.get("RAFFINATE_KERNEL_CACHE", "1") != "0"
_OPTIONS: dict[str, Any] = {
    "cache": _CACHE,
    "error_model": "numpy",
    "nogil": True,
    "fastmath": {"contract", "nsz", "arcp"},
}
_SYMBOLS: list[object] = []  # what the symbols point to lives as long as the process

_NO_REFERENCES: dict[str, Any] = {**_OPTIONS, "_nrt": False}
_ON_ALL_CORES: dict[str, Any] = {**_OPTIONS, "parallel": True}

_LOG = logging.getLogger("raffinate")
_HOW_LONG = "once on this machine" if _CACHE else "in every process, as RAFFINATE_KERNEL_CACHE=0 asks for"


class _Notice(event.Listener):
    """Says once a process that kernels are being compiled; those of others, and of numba's own library, are not ours to tell."""

    def __init__(self):
        self.due = os.environ.get("RAFFINATE_QUIET", "0") in {"", "0"}

    def on_start(self, event: event.Event) -> None:
        """Tell of the first of our kernels that numba begins to compile."""
        function = (event.data or {})["dispatcher"].py_func
        if self.due and function.__module__.startswith(__package__ or ""):
            self.due = False
            _LOG.warning("raffinate: compiling its kernels, %s; a first equilibrium takes about 20 s", _HOW_LONG)

    def on_end(self, event: event.Event) -> None:
        """Say nothing more."""


_NOTICE = _Notice()
event.register("numba:compile", _NOTICE)


def tell_nothing() -> None:
    """Leave it to the caller to tell the user that kernels are being compiled."""
    _NOTICE.due = False


def _decorator(options: dict[str, Any], *, inner: bool) -> Callable[[Any], Any]:
    """Answer a decorator that compiles a kernel with these options; an inner one has no entry for Python."""
    chosen: dict[str, Any] = {**options, "no_cpython_wrapper": inner, "no_cfunc_wrapper": True}
    return numba.njit(**chosen)


kernel = _decorator(_OPTIONS, inner=False)
inner = SimpleNamespace(kernel=_decorator(_OPTIONS, inner=True))
lean = SimpleNamespace(kernel=_decorator(_NO_REFERENCES, inner=True))
within = SimpleNamespace(kernel=_decorator({**_NO_REFERENCES, "forceinline": True}, inner=True))
maker = SimpleNamespace(kernel=_decorator({**_OPTIONS, "forceinline": True}, inner=True))
entry = SimpleNamespace(kernel=_decorator(_NO_REFERENCES, inner=False))
parallel = SimpleNamespace(kernel=_decorator(_ON_ALL_CORES, inner=False))


def apart(*arguments: object, answers: object) -> Callable[[Any], Any]:
    """Have a kernel compiled once and called by its address; `arguments` and `answers` are examples of its types."""

    def decorate(compiled: Any) -> Any:
        if not hasattr(compiled, "py_func"):  # NUMBA_DISABLE_JIT leaves a kernel as plain Python
            return compiled
        compiled.targetoptions["no_cfunc_wrapper"] = False  # the address is that of this entry
        compiled.targetoptions["forceinline"] = True  # into that entry, which else hands over all arguments again
        signature = numba.typeof(answers)(*(numba.typeof(argument) for argument in arguments))
        name = f"{compiled.py_func.__module__}.{compiled.py_func.__name__}"
        address = ctypes.c_int64(0)

        @ctypes.CFUNCTYPE(None)
        def compile_it() -> None:
            compiled.compile(signature)
            result = compiled.overloads[signature.args]
            address.value = result.library.get_pointer_to_function(result.fndesc.llvm_cfunc_wrapper_name)

        llvmlite.binding.add_symbol(f"{name}.address", ctypes.addressof(address))
        llvmlite.binding.add_symbol(f"{name}.compile", ctypes.cast(compile_it, ctypes.c_void_p).value)
        _SYMBOLS.extend((address, compile_it))
        return _caller(name, signature)

    return decorate


def _caller(name: str, signature: Any) -> Any:
    """Answer what a kernel calls in place of the kernel that stands apart."""

    @intrinsic
    def call(typing_context, *given):
        if tuple(types.unliteral(each) for each in given) != signature.args:
            raise errors.TypingError(f"{name} takes {signature.args}, not {given}")

        def generate(context, builder, _, values):
            values = cgutils.unpack_tuple(builder, values[0])
            values = [
                context.cast(builder, value, have, want)
                for value, have, want in zip(values, given, signature.args, strict=True)
            ]
            address = builder.module.globals.get(f"{name}.address")
            if address is None:
                address = ir.GlobalVariable(builder.module, ir.IntType(64), f"{name}.address")
            with builder.if_then(cgutils.is_null(builder, builder.load(address)), likely=False):
                nothing = ir.FunctionType(ir.VoidType(), [])
                builder.call(cgutils.get_or_insert_function(builder.module, nothing, f"{name}.compile"), [])
            answer = context.get_value_type(signature.return_type)
            kind = ir.FunctionType(answer, [value.type for value in values]).as_pointer()
            return builder.call(builder.inttoptr(builder.load(address), kind), values)

        return signature.return_type(types.StarArgTuple(given)), generate

    return call
