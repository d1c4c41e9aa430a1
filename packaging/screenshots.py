"""Makes the pictures of the README: plays the tour in each language and theme, and keeps the pictures it took.

They go to ``docs/pictures/LANG-THEME/``, one for each step that a reader should see, under the step's name.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
PICTURES: Final = ROOT / "docs" / "pictures"
LOOKS: Final = (("en", "light"), ("zh_CN", "dark"), ("zh_TW", "light"))
STEPS: Final = ("home", "stopped", "risk", "review", "code", "arrived")


def play(lang: str, theme: str, out: Path) -> dict[str, Path]:
    """Play one tour.

    Args:
        lang: A locale tag, such as ``zh_CN``.
        theme: ``light`` or ``dark``.
        out: An empty directory for the tour.

    Returns:
        The picture of each step in ``STEPS``.

    Raises:
        subprocess.CalledProcessError: If the tour did not come to its good end.
    """
    program = str(Path(sys.executable).with_name("countersign"))
    subprocess.run(  # noqa: S603 - our own program
        [program, "tour", "--lang", lang, "--theme", theme, "--out", str(out)], check=True
    )
    told = json.loads((out / "tour.json").read_text(encoding="utf-8"))
    return {step["name"]: out / step["picture"] for step in told["steps"] if step["name"] in STEPS}


def main() -> int:
    """Play every tour and keep its pictures; give the exit code."""
    for lang, theme in LOOKS:
        kept = PICTURES / f"{lang}-{theme}"
        with TemporaryDirectory(prefix="countersign-tour-") as out:
            taken = play(lang, theme, Path(out))
            shutil.rmtree(kept, ignore_errors=True)
            kept.mkdir(parents=True)
            for name, picture in taken.items():
                shutil.copy(picture, kept / f"{name}.png")
        print(f"{kept.relative_to(ROOT)}: {len(taken)} pictures")
    return 0


if __name__ == "__main__":
    sys.exit(main())
