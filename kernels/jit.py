"""The one place where numba is configured.

Every kernel is decorated with `kernel` and with nothing else. The compiled code is kept on disk, so that a process
pays for compiling once; set `RAFFINATE_KERNEL_CACHE=0` while working on kernels, because numba does not notice an
edit in another file that a cached kernel calls.

`error_model="numpy"` makes a division by zero answer infinity instead of raising (a kernel never raises); the
fast-math flags are the three that keep `inf` and `nan` meaningful.
"""

import os

import numba

_CACHE = os.environ.get("RAFFINATE_KERNEL_CACHE", "1") != "0"

kernel = numba.njit(cache=_CACHE, error_model="numpy", nogil=True, fastmath={"contract", "nsz", "arcp"})
