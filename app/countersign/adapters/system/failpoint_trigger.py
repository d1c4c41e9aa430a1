"""Arms one failpoint for a campaign: the process kills itself when it passes the named place for the nth time."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from countersign.application import failpoints
from countersign.domain.errors import UserFacingError

VARIABLE = "COUNTERSIGN_FAILPOINT"


class KillAt:
    """Counts passages, and kills the process at the nth.

    The order is a file with one line, ``<name> <nth>``. Beside it ``<file>.fired`` is left behind, so that a place
    that never fired can't pass for one that was survived.
    """

    def __init__(self, order: Path) -> None:
        name, nth = order.read_text("ascii").split()
        self._name, self._left, self._fired = name, int(nth), order.with_name(f"{order.name}.fired")

    def __call__(self, name: str) -> None:
        """Pass a place."""
        if name != self._name:
            return
        self._left -= 1
        if self._left == 0:
            self._fired.write_text(name, "ascii")
            kill_this_process()


def kill_this_process() -> None:
    """End this process as ``kill -9`` does: nothing is flushed, nothing is cleaned up."""
    os.kill(os.getpid(), signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)


def arm_from_environment() -> None:
    """Arm the failpoint that the environment names, if any. The composition root calls it once.

    Raises:
        UserFacingError: ``failpoint.order``: the file can't be read.
    """
    named = os.environ.get(VARIABLE)
    if not named:
        return
    try:
        failpoints.arm(KillAt(Path(named)))
    except (OSError, ValueError) as error:
        raise UserFacingError("failpoint.order") from error
