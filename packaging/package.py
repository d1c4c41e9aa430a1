"""Builds the sdist and the wheel into ``dist/``, and tries the wheel in an environment of its own.

The wheel is made from the sdist, so a file missing from the sdist is noticed; it is installed with exactly the
dependencies of ``uv.lock``, hashes checked, and nothing of this checkout in reach.
"""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
DIST: Final = ROOT / "dist"
UV: Final = str(Path(sys.executable).with_name("uv"))


def run(*command: str, cwd: Path = ROOT, **environment: str) -> str:
    """Run a program to its good end.

    Args:
        command: The program and its arguments.
        cwd: Where it runs.
        environment: Variables on top of this process's own.

    Returns:
        What it printed.

    Raises:
        SystemExit: If it failed; what it said is printed first.
    """
    done = subprocess.run(  # noqa: S603 - our own tools, with arguments written here
        command, cwd=cwd, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(done.stdout, done.stderr, sep="\n", file=sys.stderr)
        message = f"failed ({done.returncode}): {' '.join(command)}"
        raise SystemExit(message)
    return done.stdout


def build() -> Path:
    """Build both into a clean ``dist/``; give the wheel."""
    run(UV, "build", "--quiet", "--clear", "--out-dir", str(DIST))
    (wheel,) = DIST.glob("*.whl")
    return wheel


def carried(wheel: Path) -> list[str]:
    """Name what the wheel ought to carry and doesn't.

    Args:
        wheel: The built wheel.
    """
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    listed = run("git", "ls-files", "app", "resources", "i18n").splitlines()
    wanted = {name.removeprefix("app/") for name in listed if name.startswith("app/")}
    wanted |= {
        f"countersign/_resources/{name.removeprefix('resources/')}"
        for name in listed
        if name.startswith("resources/") and not name.endswith(".keep")
    }
    wanted |= {
        f"countersign/_catalogues/{name.removeprefix('i18n/').removesuffix('.po')}.mo"
        for name in listed
        if name.endswith(".po")
    }
    return sorted(wanted - names)


def tried(wheel: Path, place: Path) -> str:
    """Install the wheel in an environment of its own and ask it for help.

    Args:
        wheel: The built wheel.
        place: An empty directory outside the checkout.

    Returns:
        The first line that ``countersign --help`` prints.
    """
    environment = place / "venv"
    lock = place / "requirements.txt"
    exported = ("--locked", "--no-dev", "--no-emit-project", "--format", "requirements-txt")
    run(UV, "export", "--quiet", *exported, "--output-file", str(lock))
    run(UV, "venv", "--quiet", "--python", sys.executable, str(environment))
    python = str(environment / "bin" / "python")
    run(UV, "pip", "install", "--quiet", "--python", python, "--require-hashes", "--requirement", str(lock), cwd=place)
    run(UV, "pip", "install", "--quiet", "--python", python, "--no-deps", str(wheel), cwd=place)
    run(UV, "pip", "check", "--quiet", "--python", python, cwd=place)
    said = run(str(environment / "bin" / "countersign"), "--help", cwd=place, QT_QPA_PLATFORM="offscreen")
    return said.splitlines()[0]


def main() -> int:
    """Build, look inside, and try; give the exit code."""
    wheel = build()
    if missing := carried(wheel):
        print("the wheel lacks:", *missing, sep="\n  ", file=sys.stderr)
        return 1
    with TemporaryDirectory(prefix="countersign-package-") as place:
        first = tried(wheel, Path(place))
    for made in sorted(DIST.glob("countersign*")):
        print(f"{made.relative_to(ROOT)}  {made.stat().st_size // 1024} KiB")
    print(f"installed from the lock in a clean environment; countersign --help says: {first}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
