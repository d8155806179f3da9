"""What `list` and `show` can show: in which module each kind of record is, and what an entry is.

A command loads the module of the kind it is asked for and no other: a list starts in half the time.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from db.session import Session
from desktop_app.cli.options import UsageProblemError
from desktop_app.cli.output import plain
from desktop_app.columns import Column
from desktop_app.domain.permissions import Action
from desktop_app.errors import NotFoundError
from desktop_app.i18n import _
from desktop_app.services import access
from desktop_app.services.journal import entity_text

Document = dict[str, Any]
Window = Callable[[Session, str, int, int], Sequence[Any]]
ALL = 10**9

PLACES: Mapping[str, str] = {
    "customers": "customer_lists",
    "signals": "case_lists",
    "cases": "case_lists",
    "visits": "case_lists",
    "interviews": "interview_lists",
    "promises": "follow_lists",
    "complaints": "follow_lists",
    "recoveries": "follow_lists",
    "offers": "offer_lists",
    "approvals": "offer_lists",
    "orphans": "charge_lists",
    "holdings": "charge_lists",
    "tasks": "duty_lists",
    "renewals": "duty_lists",
    "absences": "duty_lists",
    "staff": "duty_lists",
    "users": "setting_lists",
    "stores": "setting_lists",
    "reasons": "setting_lists",
    "rules": "setting_lists",
    "imports": "change_lists",
    "changes": "change_lists",
}
"""Kind of record -> module of this package whose `ENTITIES` has it."""


@dataclass(frozen=True, slots=True)
class Entity:
    """One kind of record.

    Attributes:
        window: Rows that fit a text, from an offset, at most so many.
        columns: As people read them; for `changes` they depend on the language.
        find: One record by number or key; raises NotFoundError.
        document: A row as JSON.
        taken_out: The rows of `window` with whole phones, for who may see and export them.
    """

    window: Window
    columns: Callable[[], Sequence[Column[Any]]]
    find: Callable[[Session, str], object]
    document: Callable[[Any], Document] = plain
    taken_out: Window | None = None


def names() -> str:
    """All kinds of records, for a sentence."""
    return ", ".join(PLACES)


def entity(name: str) -> Entity:
    """A kind of record by its name, plural or singular. Raises UsageProblemError."""
    for known in (name, f"{name}s", f"{name.removesuffix('y')}ies"):
        if known in PLACES:
            found: Entity = import_module(f"desktop_app.cli.{PLACES[known]}").ENTITIES[known]
            return found
    text = _("There is no list “{name}”. Lists are: {names}.")
    raise UsageProblemError(text.format(name=name, names=names()))


def as_key(text: str) -> uuid.UUID | None:
    """A key as typed, None when it is something else."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def short(rows: Callable[[Session], Sequence[Any]]) -> Window:
    """A window of a list that is short enough to be read whole."""

    def window(session: Session, text: str, offset: int, limit: int) -> Sequence[Any]:
        access.require(session, Action.VIEW)
        wanted = text.casefold()
        fitting = [row for row in rows(session) if wanted in str(plain(row)).casefold()]
        return fitting[offset : offset + limit]

    return window


def by(name: str, window: Window, what: str) -> Callable[[Session, str], object]:
    """Finds one row of a list by a field or by its key; `what` is the table, for a sentence."""

    def find(session: Session, text: str) -> object:
        for row in window(session, "", 0, ALL):
            if text in (str(getattr(row, name)), str(getattr(row, "id", ""))):
                return plain(row)
        missing = _("There is no {what} {name}.")
        raise NotFoundError(missing.format(what=entity_text(what), name=text))

    return find
