"""Makes the pictures of the README: plays the tours in each language and theme, and keeps the pictures they took.

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
STEPS: Final = {
    "transfer": ("home", "stopped", "risk", "review", "code", "arrived"),
    "own-bank": ("add-account-files", "file-laid-out", "fields-to-copy", "brought-in-statement", "check"),
}


def play(chapter: str, lang: str, theme: str, out: Path) -> dict[str, Path]:
    """Play one tour.

    Args:
        chapter: Which one.
        lang: A locale tag, such as ``zh_CN``.
        theme: ``light`` or ``dark``.
        out: An empty directory for the tour.

    Returns:
        The picture of each of the chapter's steps in ``STEPS``; of a step that was taken twice, the latter.

    Raises:
        subprocess.CalledProcessError: If the tour did not come to its good end.
    """
    program = str(Path(sys.executable).with_name("countersign"))
    subprocess.run(  # noqa: S603 - our own program
        [program, "tour", "--chapter", chapter, "--lang", lang, "--theme", theme, "--out", str(out)], check=True
    )
    told = json.loads((out / "tour.json").read_text(encoding="utf-8"))
    return {step["name"]: out / step["picture"] for step in told["steps"] if step["name"] in STEPS[chapter]}


def main() -> int:
    """Play every tour and keep its pictures; give the exit code."""
    for lang, theme in LOOKS:
        kept = PICTURES / f"{lang}-{theme}"
        shutil.rmtree(kept, ignore_errors=True)
        kept.mkdir(parents=True)
        for chapter in STEPS:
            with TemporaryDirectory(prefix="countersign-tour-") as out:
                for name, picture in play(chapter, lang, theme, Path(out)).items():
                    shutil.copy(picture, kept / f"{name}.png")
        print(f"{kept.relative_to(ROOT)}: {len(tuple(kept.iterdir()))} pictures")
    return 0


if __name__ == "__main__":
    sys.exit(main())
