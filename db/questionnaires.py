"""The questionnaires that come with the program, put into a workspace once each.

`resources/questionnaires/NAME.json` is made of `NAME.md`, an XLSForm written as Markdown, by
`make questionnaires`; a test tells when they differ.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import journal
from db.base import new_id, utcnow
from db.models import Questionnaire, QuestionnaireVersion
from db.vocabulary import ChangeKind, ReasonOrigin, VersionState

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
    known = {each.code: each for each in session.scalars(select(Questionnaire))}
    columns = (
        QuestionnaireVersion.questionnaire_id,
        QuestionnaireVersion.number,
        QuestionnaireVersion.edition,
    )
    numbers: dict[object, dict[int, int | None]] = {}
    for key, number, edition in session.execute(select(*columns)):
        numbers.setdefault(key, {})[number] = edition
    added = 0
    for each in shipped(folder):
        present = known.get(each.code)
        own = numbers.get(present.id, {}) if present is not None else {}
        if each.edition in own.values():
            continue
        if not added:
            journal.name_change(session, SEED_TITLE, kind=ChangeKind.SYSTEM)
        _add(session, each, present, own)
        added += 1
    return added


def _add(
    session: Session, each: Shipped, present: Questionnaire | None, own: Mapping[int, int | None]
) -> None:
    number = max(own, default=0) + 1
    if present is None:
        present = Questionnaire(
            id=new_id(),
            code=each.code,
            zh=each.zh,
            en=each.en,
            purpose=each.purpose,
            origin=ReasonOrigin.SHIPPED,
        )
        session.add(present)
        session.flush()
    session.add(
        QuestionnaireVersion(
            questionnaire_id=present.id,
            number=number,
            state=VersionState.PUBLISHED,
            edition=each.edition,
            content=dict(each.content),
            xml=each.xml,
            questions=each.questions,
            published_at=utcnow(),
        )
    )
    if present.current_version is None or own.get(present.current_version) is not None:
        present.current_version = number
    session.flush()
