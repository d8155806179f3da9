"""The questionnaires that come with the program, put into a workspace once each.

`resources/questionnaires/NAME.json` is made of `NAME.md`, an XLSForm written as Markdown, by
`make questionnaires`; a test tells when they differ.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy.orm import Session

from db import versioned
from db.versioned import Edition

FOLDER: Final = Path(__file__).resolve().parent.parent / "resources" / "questionnaires"
SEED_TITLE: Final = "Add the questionnaires of the program"  # shown through the catalogue
EXIT_INTERVIEW: Final = "exit_interview"


@dataclass(frozen=True, slots=True)
class Shipped:
    """A questionnaire as it is shipped; `edition` rises with every change of it."""

    code: str
    edition: int
    purpose: str
    zh: str
    en: str
    questions: int
    content: Mapping[str, Any]
    xml: str


def shipped(folder: Path = FOLDER) -> tuple[Shipped, ...]:
    """The questionnaires of the program."""
    return tuple(
        Shipped(**json.loads(path.read_text(encoding="utf-8")))
        for path in sorted(folder.glob("*.json"))
    )


def seed(session: Session, folder: Path = FOLDER) -> int:
    """Add what a workspace does not have yet; gives how many versions are new.

    A new edition becomes the next version. It is the one in use unless people made their own.
    """
    editions = [
        Edition(
            each.code,
            each.edition,
            {"zh": each.zh, "en": each.en, "purpose": each.purpose},
            {"content": dict(each.content), "xml": each.xml, "questions": each.questions},
        )
        for each in shipped(folder)
    ]
    return versioned.seed(session, versioned.QUESTIONNAIRES, editions, SEED_TITLE)
