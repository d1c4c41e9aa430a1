"""Exporting a workspace to a file: reading in the VAULT lane, writing elsewhere, a slice at a time."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from countersign.application.flows.script import Script, on_network, on_vault
from countersign.application.ports.clock import Clock, Entropy
from countersign.application.ports.exports import ExportFile
from countersign.application.ports.workspace import WorkspaceVault
from countersign.application.use_cases.export_workspace import Exported, WorkspaceExport


def export_workspace(
    vault: WorkspaceVault,
    clock: Clock,
    entropy: Entropy,
    open_file: Callable[[], ExportFile],
    go_on: Callable[[int, int], bool],
) -> Script[Exported | None]:
    """Export all that this device knows and its person may see.

    Args:
        vault: The unlocked vault.
        clock: Says when.
        entropy: For the record of it.
        open_file: Begins the file. NETWORK lane.
        go_on: Called on the owner's thread with how much is done, of how much; where it says no, nothing is left of it.

    Returns:
        What was exported; None where it was stopped.

    Raises:
        UserFacingError: ``export.*``; nothing is left of the file.
        SecurityError: ``vault.read_only``.
    """
    export = yield from on_vault(partial(WorkspaceExport, vault, clock))
    file = yield from on_network(open_file)
    try:
        piece = yield from on_vault(export.begin)
        while piece:
            yield from on_network(partial(file.write, piece))
            if not go_on(export.done, export.total):
                yield from on_network(file.discard)
                return None
            piece = yield from on_vault(export.go_on)
        yield from on_network(partial(file.write, (yield from on_vault(export.end))))
        # On record before it leaves the vault; a file that then can't be put in its place is the smaller error.
        found = yield from on_vault(partial(export.record, entropy))
        yield from on_network(file.finish)
    except BaseException:
        file.discard()
        raise
    return found
