"""Find the files that ship with the program, in a checkout and in a wheel alike."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).resolve().parents[2]


@cache
def resource_root() -> Path:
    """Return the folder of resources: ``countersign/_resources``, else the checkout's.

    Raises:
        FileNotFoundError: neither is there; the installation is not whole.
    """
    for root in (_PACKAGE / "_resources", _PACKAGE.parents[1] / "resources"):
        if root.is_dir():
            return root.resolve()
    message = "the program's resources are missing"
    raise FileNotFoundError(message)


def resource_path(name: str) -> Path:
    """Return the path of one resource, named relative to the root (``icons/home.svg``).

    Raises:
        FileNotFoundError: there is no such resource.
        ValueError: the name leads out of the root.
    """
    root = resource_root()
    path = (root / name).resolve()
    if not path.is_relative_to(root):
        message = f"resource outside the root: {name}"
        raise ValueError(message)
    if not path.is_file():
        message = f"no such resource: {name}"
        raise FileNotFoundError(message)
    return path
