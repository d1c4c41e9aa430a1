"""Named places at which a campaign may kill the process: before and after everything that must survive it.

Nothing happens at them unless the composition root has armed one; then the cost is one comparison.
"""

from __future__ import annotations

from collections.abc import Callable

_trigger: Callable[[str], None] | None = None


def failpoint(name: str) -> None:
    """Pass a named place."""
    if _trigger is not None:
        _trigger(name)


def arm(trigger: Callable[[str], None] | None) -> None:
    """Call ``trigger`` with the name of every place that is passed from now on; None disarms."""
    global _trigger  # noqa: PLW0603 - a module-level check is what makes an unarmed failpoint free
    _trigger = trigger
