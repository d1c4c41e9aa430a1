"""What a process can do to keep its memory to itself: no core dump, no debugger of the same user.

Nothing stops a program that already runs as the same person in an unlocked session; this only takes away the easy
ways. Elsewhere than on Linux the functions do what they can, and say what they did.
"""

from __future__ import annotations

import ctypes
import sys

_PR_SET_DUMPABLE = 4  # prctl(2)


def harden_process() -> tuple[str, ...]:
    """Switch off core dumps and, on Linux, tracing by the same user.

    Returns:
        The measures in force: ``no_core``, ``not_dumpable``.
    """
    done: list[str] = []
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - exists on POSIX only

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        done.append("no_core")
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) == 0:
            done.append("not_dumpable")
    return tuple(done)
