"""Which instances of repeats an interview has, so that an answer never reaches another one.

``/data/person[2]`` is the second person as long as nobody comes or goes. Each time one does, the
interview gets another word (`Interview.structure`). A window gives the word it has seen with what
it stores; when it is not the present one, nothing is stored there, and what was typed is kept
beside the interview instead. Undo brings the word of that time back with the instances.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from typing import Final

from sqlalchemy.orm import Session

from db.base import new_id
from db.models import Interview, TypedDraft
from desktop_app.domain.permissions import Action
from desktop_app.errors import ConflictError, NotFoundError
from desktop_app.i18n import _
from desktop_app.services import access, drafts

_INSTANCE: Final = "["
_MOVED: Final = "moved:"
_KEPT: Final = "kept:"


class MovedError(ConflictError):
    """Instances of repeats came or went since the window read the interview."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Another window added or removed entries of this interview. It was read anew; what "
                "you typed last is kept above. Put it where it belongs."
            )
        )


def new_structure() -> str:
    """A word that no structure had before."""
    return str(new_id())


def refuse_moved(interview: Interview, address: str, seen: str | None) -> None:
    """Refuse what is said of an instance that may be another one by now.

    Args:
        interview: the interview.
        address: what is said about; anything outside of repeats is always the same.
        seen: the structure that the window knows; None for whoever reads and writes at once.

    Raises:
        MovedError: instances came or went meanwhile.
    """
    if _INSTANCE in address:
        refuse_other(interview, seen)


def refuse_other(interview: Interview, seen: str | None) -> None:
    """Refuse to add or remove instances on top of another structure. Raises MovedError."""
    if seen is not None and seen != interview.structure:
        raise MovedError


def restructure(interview: Interview, becomes: str = "") -> None:
    """Instances came or went; `becomes` is the word that the window goes on with."""
    interview.structure = becomes or new_structure()


def keep_typed(
    session: Session, interview_id: uuid.UUID, address: str, text: str, seen: str | None = None
) -> bool:
    """Keep what is being typed until it is saved; whether it is kept for its question.

    When the question may be another one by now, it is kept beside the interview: it is offered to
    be read, and never taken into an answer by itself.

    Raises:
        NotFoundError: the interview is gone.
    """
    access.require(session, Action.WORK_CASE)
    interview = session.get(Interview, interview_id)
    if interview is None:
        raise NotFoundError(_("This interview is gone."))
    try:
        refuse_moved(interview, address, seen)
        place, is_in_place = address, True
    except MovedError:
        place, is_in_place = f"{_MOVED}{seen}:{address}", False
    drafts.save_draft(session, f"interview:{interview_id}:{place}", {"value": text})
    return is_in_place


def set_aside(session: Session, interview_id: uuid.UUID, places: Iterable[str]) -> None:
    """Keep what was typed before a crash apart, so that nothing typed from now on replaces it.

    Args:
        session: the writing session.
        interview_id: the interview.
        places: where it is kept now: the questions it was typed for.

    Raises:
        NotFoundError: the interview is gone.
    """
    access.require(session, Action.WORK_CASE)
    interview = session.get(Interview, interview_id)
    if interview is None:
        raise NotFoundError(_("This interview is gone."))
    prefix = f"interview:{interview_id}:"
    taken = {each.key for each in drafts.open_drafts(session, prefix)}
    for place in places:
        draft = session.get(TypedDraft, (access.actor(session).user_id, f"{prefix}{place}"))
        if draft is not None:
            keys = (f"{prefix}{_KEPT}{interview.structure}:{n}:{place}" for n in count(1))
            draft.key = next(each for each in keys if each not in taken)
            taken.add(draft.key)
    session.flush()


@dataclass(frozen=True, slots=True)
class TypedPlace:
    """Where something was typed and not saved.

    Attributes:
        address: The question at that time.
        is_moved: Whether the question may be another one by now.
        is_aside: Whether it is kept apart, so that what is typed there again does not replace it.
    """

    address: str
    is_moved: bool
    is_aside: bool


def typed_at(place: str, structure: str) -> TypedPlace:
    """Read where something is kept: what follows the key of its interview.

    Args:
        place: as the draft has it.
        structure: of the interview as it is now.
    """
    if place.startswith(_MOVED):
        return TypedPlace(
            place.removeprefix(_MOVED).partition(":")[2], is_moved=True, is_aside=True
        )
    if place.startswith(_KEPT):
        seen, _number, address = place.removeprefix(_KEPT).split(":", 2)
        is_moved = _INSTANCE in address and seen != structure
        return TypedPlace(address, is_moved=is_moved, is_aside=True)
    return TypedPlace(place, is_moved=False, is_aside=False)
