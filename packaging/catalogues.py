"""Keeps the message catalogues: extracts, merges, compiles and checks them.

python packaging/catalogues.py update     write the template anew, merge it into every catalogue
python packaging/catalogues.py compile    make the binary catalogues this checkout reads
python packaging/catalogues.py check      fail on anything stale, missing, fuzzy or mismatched
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

if TYPE_CHECKING:
    from collections.abc import Iterator

    from babel.messages.catalog import Message

ROOT: Final = Path(__file__).resolve().parent.parent
DOMAIN: Final = "countersign"
LOCALES: Final = ("zh_CN", "zh_TW")
KEYWORDS: Final = {"_": None, "N_": None, "ngettext": (1, 2)}
"""What marks a message: at once, for later, and by number."""

TEMPLATE_DATE: Final = datetime(2026, 11, 22, tzinfo=UTC)
"""Fixed, so that a template changes only when a message does."""


def extract(root: Path = ROOT) -> Catalog:
    """Collect every marked message of the client.

    Args:
        root: The project; its ``app/countersign`` is read.
    """
    template = Catalog(
        project="Countersign",
        version="",
        copyright_holder="The Countersign developers",
        charset="utf-8",
        creation_date=TEMPLATE_DATE,
        fuzzy=False,
    )
    source = root / "app" / "countersign"
    found = extract_from_dir(source, [("**.py", "python")], keywords=KEYWORDS, comment_tags=("Translators:",))
    for filename, _line, message, comments, context in sorted(found, key=lambda one: (one[0], one[1])):
        template.add(message, locations=[(f"app/countersign/{filename}", 0)], auto_comments=comments, context=context)
    return template


def written(catalogue: Catalog) -> bytes:
    """Give the text of a catalogue; line numbers are left out, so that moving code changes nothing."""
    stream = BytesIO()
    write_po(stream, catalogue, width=100, include_lineno=False, sort_by_file=True, ignore_obsolete=True)
    return stream.getvalue()


def read(path: Path, locale: str | None = None) -> Catalog:
    """Read a catalogue or the template from ``path``."""
    with path.open("rb") as stream:
        return read_po(stream, locale=locale, abort_invalid=True)


def catalogue_path(sources: Path, locale: str) -> Path:
    """Say where the catalogue of ``locale`` lies below ``sources``."""
    return sources / locale / "LC_MESSAGES" / f"{DOMAIN}.po"


def compile_all(sources: Path, targets: Path) -> list[Path]:
    """Compile every catalogue below ``sources`` into the same place below ``targets``; fuzzy entries are left out.

    Args:
        sources: A directory holding ``LOCALE/LC_MESSAGES/countersign.po``.
        targets: Where ``LOCALE/LC_MESSAGES/countersign.mo`` go; each is written at once, never half.

    Returns:
        The files written, in the order of their locales.
    """
    made = []
    for source in sorted(sources.glob(f"*/LC_MESSAGES/{DOMAIN}.po")):
        binary = BytesIO()
        write_mo(binary, read(source, source.parent.parent.name))
        target = targets / source.relative_to(sources).with_suffix(".mo")
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_suffix(".part")
        part.write_bytes(binary.getvalue())
        part.replace(target)
        made.append(target)
    return made


def update(root: Path = ROOT) -> None:
    """Write the template anew and merge it into every catalogue, beginning those that are missing."""
    sources = root / "i18n"
    template = extract(root)
    (sources / f"{DOMAIN}.pot").write_bytes(written(template))
    for locale in LOCALES:
        path = catalogue_path(sources, locale)
        catalogue = read(path, locale) if path.exists() else Catalog(locale=locale, fuzzy=False)
        catalogue.project, catalogue.version = "Countersign", ""
        catalogue.creation_date = catalogue.revision_date = TEMPLATE_DATE
        catalogue.fuzzy = False
        # No guessing: a translation taken from a similar sentence about money is worse than none.
        catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written(catalogue))


def fields(text: str) -> frozenset[str]:
    """Name the ``{fields}`` of a message.

    Raises:
        ValueError: If the braces don't match, or a field has no name.
    """
    names = [name for _text, name, _form, _conversion in Formatter().parse(text) if name is not None]
    if not all(name.isidentifier() for name in names):
        message = f"a field needs a name: {text!r}"
        raise ValueError(message)
    return frozenset(names)


def check(root: Path = ROOT) -> list[str]:
    """Find what is wrong with the template and the catalogues.

    Args:
        root: The project.

    Returns:
        One sentence for each finding; none when all is well.
    """
    sources = root / "i18n"
    template = extract(root)
    path = sources / f"{DOMAIN}.pot"
    found = []
    if not path.exists() or path.read_bytes() != written(template):
        found.append("i18n/countersign.pot is not what the sources say: make catalogues-update")
    for message in template:
        if message.id:
            found += _field_faults("the source", message.id, message.id)
    for locale in LOCALES:
        file = catalogue_path(sources, locale)
        if file.exists():
            found += _catalogue_faults(locale, read(file, locale), template)
        else:
            found.append(f"{locale}: there is no catalogue")
    return found


def _catalogue_faults(locale: str, catalogue: Catalog, template: Catalog) -> Iterator[str]:
    wanted = {(one.context, _key(one)) for one in template if one.id}
    held = {(one.context, _key(one)) for one in catalogue if one.id}
    for _context, key in sorted(wanted - held, key=str):
        yield f"{locale}: not in the catalogue: {key!r}"
    for _context, key in sorted(held - wanted, key=str):
        yield f"{locale}: no longer in the sources: {key!r}"
    for message in catalogue:
        if not message.id:
            continue
        if message.fuzzy:
            yield f"{locale}: fuzzy: {_key(message)!r}"
        strings = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        texts = [text or "" for text in strings]
        if not all(text.strip() for text in texts):
            yield f"{locale}: not translated: {_key(message)!r}"
        else:
            yield from _field_faults(locale, message.id, texts)


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _field_faults(
    where: str, source: str | tuple[str, ...] | list[str], texts: str | tuple[str, ...] | list[str]
) -> Iterator[str]:
    # The plural names every field; a form for exactly one thing may leave the number out.
    fullest = source if isinstance(source, str) else source[-1]
    forms = (texts,) if isinstance(texts, str) else texts
    try:
        expected = fields(fullest)
        for place, form in enumerate(forms):
            named = fields(form)
            if named != expected and not (named < expected and place < len(forms) - 1):
                yield f"{where}: other fields {sorted(named)} than {sorted(expected)}: {fullest!r}"
    except ValueError as error:
        yield f"{where}: {error}"


def main(arguments: list[str]) -> int:
    """Do what the one argument says; give the exit code."""
    match arguments:
        case ["update"]:
            update()
        case ["compile"]:
            for target in compile_all(ROOT / "i18n", ROOT / "i18n"):
                print(f"compiled {target.relative_to(ROOT)}")
        case ["check"]:
            faults = check()
            for fault in faults:
                print(fault, file=sys.stderr)
            print(f"catalogues: {len(faults)} faults")
            return 1 if faults else 0
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
