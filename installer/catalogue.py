"""The translation catalogues: extract the texts, update, compile and check every language.

``python installer/catalogue.py extract|update|compile|check``. The files carry no dates and no line
numbers and are sorted by text, so that two branches that add texts merge without a conflict.
"""

import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "resources" / "locale"
TEMPLATE = LOCALE / "messages.pot"
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}

_NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)
_HEADER = "# Texts of Winback Desk. Made by installer/catalogue.py; edit the translations only."
_CHANGING = (
    b'"POT-Creation-Date',
    b'"PO-Revision-Date',
    b'"Report-Msgid-Bugs-To',
    b'"Last-Translator',
    b'"Language-Team',
    b'"Generated-By',
)
_MNEMONIC = re.compile(r"&(?!&)[^\s&]")
_CHINESE_MNEMONIC = re.compile(r"\(&[A-Z0-9]\)")


def extract(source: Path = ROOT / "desktop_app") -> Catalog:
    """Every text marked for translation in the program."""
    catalog = Catalog(
        project="winback-desk",
        version="0",
        copyright_holder="",
        header_comment=_HEADER,
        creation_date=_NO_DATE,
        fuzzy=False,
    )
    found = extract_from_dir(source, [("**.py", "python")], keywords=KEYWORDS)
    for _file, _line, message, _comments, _context in found:
        catalog.add(message)
    return catalog


def rendered(catalog: Catalog) -> bytes:
    """The catalogue as the file's bytes, always the same for the same texts."""
    stream = io.BytesIO()
    write_po(stream, catalog, width=100, no_location=True, sort_output=True, ignore_obsolete=True)
    lines = stream.getvalue().splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(_CHANGING))


def languages() -> list[Path]:
    """The text catalogue of every language."""
    return sorted(LOCALE.glob("*/LC_MESSAGES/messages.po"))


def load(file: Path) -> Catalog:
    """Read one language."""
    with file.open("rb") as stream:
        return read_po(stream, locale=file.parent.parent.name)


def update(file: Path, template: Catalog) -> Catalog:
    """One language with the texts of the template: new ones empty, gone ones dropped."""
    catalog = load(file)
    catalog.update(template, no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    catalog.header_comment = _HEADER
    catalog.creation_date = catalog.revision_date = _NO_DATE
    return catalog


def compile_all() -> None:
    """Write the compiled catalogue beside each text catalogue."""
    for file in languages():
        with file.with_suffix(".mo").open("wb") as stream:
            write_mo(stream, load(file))


def _placeholders(text: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in Formatter().parse(text) if name is not None}


def _problems_of(message: Message) -> Iterator[str]:
    sources = [message.id] if isinstance(message.id, str) else list(message.id or ())
    targets = [message.string] if isinstance(message.string, str) else list(message.string or ())
    if message.fuzzy:
        yield "is fuzzy"
    if not all(targets):
        yield "is not translated"
        return
    wanted = set().union(*(_placeholders(source) for source in sources))
    has_mnemonic = any(_MNEMONIC.search(source) for source in sources)
    for target in targets:
        try:
            given = _placeholders(target)
        except ValueError:
            yield f"has broken braces in {target!r}"
            continue
        if given != wanted:
            yield f"has placeholders {sorted(given)}, not {sorted(wanted)}"
        if has_mnemonic and not _CHINESE_MNEMONIC.search(target):
            yield f"needs its mnemonic as in 文件(&F), not {target!r}"
        if not has_mnemonic and _MNEMONIC.search(target):
            yield f"has a mnemonic that the English text has not: {target!r}"


def problems(catalog: Catalog, template: Catalog) -> list[str]:
    """What is wrong with one language, one sentence each."""
    wanted = {message.id for message in template if message.id}
    known = {message.id for message in catalog if message.id}
    found = [f"{text!r} is missing" for text in wanted - known]
    found += [f"{text!r} is not used any more" for text in known - wanted]
    for message in catalog:
        if message.id in wanted:
            found += [f"{message.id!r} {problem}" for problem in _problems_of(message)]
    return sorted(found)


def check() -> list[str]:
    """What is wrong with the template and with every language."""
    template = extract()
    found = []
    if not TEMPLATE.exists() or TEMPLATE.read_bytes() != rendered(template):
        found.append("resources/locale/messages.pot is old: run `make translations`")
    for file in languages():
        language = file.parent.parent.name
        found += [f"{language}: {problem}" for problem in problems(load(file), template)]
    return found


def main(command: str) -> int:
    """Carry out one command; 1 when the check finds something."""
    match command:
        case "extract" | "update":
            template = extract()
            TEMPLATE.write_bytes(rendered(template))
            if command == "update":
                for file in languages():
                    file.write_bytes(rendered(update(file, template)))
        case "compile":
            compile_all()
        case "check":
            found = check()
            print("\n".join(found) or "The catalogues are complete.")
            return 1 if found else 0
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
