"""The list of reasons of a workspace: look at it, rename, retire, split and merge.

A case points at a version of a reason, and a version is never changed. So whatever is done here,
an old case says what it said; new cases are offered the reasons as they are now.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import journal, reference
from db.base import new_id
from db.models.cases import Reason, ReasonVersion
from db.vocabulary import ReasonOrigin
from desktop_app import clock
from desktop_app.domain.permissions import Action
from desktop_app.domain.reasons import NewReasonDraft, ReasonWords, is_leaf
from desktop_app.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    Problem,
    problems_from_validation,
)
from desktop_app.i18n import N_, _
from desktop_app.services import access

SEED_TITLE = N_("Update the list of reasons")
"""Name of the change set of `db.reference.seed`; stands here to be translated."""

_LEAST_PARTS = 2


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """A reason as it is now. `text` is in the language asked for; `number` is for paper."""

    code: str
    number: int
    group: str
    text: str
    zh: str
    en: str
    churn_type: str
    avoidable: bool | None
    keaveney: int | None
    version: int
    version_id: uuid.UUID
    origin: ReasonOrigin
    retired_on: dt.date | None
    replaced_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReasonGroupRow:
    """A group with its reasons in the order they are offered."""

    code: str
    text: str
    reasons: tuple[ReasonRow, ...]


def list_reasons(
    session: Session, language: str, *, include_retired: bool = False
) -> list[ReasonGroupRow]:
    """The reasons by group, as they are offered for a new case; groups without any are left out."""
    access.require(session, Action.VIEW)
    versions = reference.versions_by_reason(session)
    order = {entry.code: place for place, entry in enumerate(reference.reasons())}
    by_group: dict[str, list[ReasonRow]] = {}
    for reason in session.scalars(select(Reason)):
        if include_retired or not _is_retired(reason):
            version = versions[reason.id][reason.current_version]
            by_group.setdefault(reason.group_code, []).append(_row(reason, version, language))
    for rows in by_group.values():
        rows.sort(key=lambda row: (order.get(row.code, len(order)), row.code))
    return [
        ReasonGroupRow(group.code, reference.text(group, language), tuple(by_group[group.code]))
        for group in reference.reason_groups()
        if group.code in by_group
    ]


def current_version(session: Session, code: str) -> uuid.UUID:
    """Key of the version a new case gets for a reason code.

    Raises:
        NotFoundError: there is no such reason.
        ConflictError: the reason is retired.
    """
    access.require(session, Action.VIEW)
    return _current(session, _active(session, code)).id


def add(session: Session, draft: NewReasonDraft) -> uuid.UUID:
    """Add a reason of one's own; returns its key.

    Raises:
        InvalidInputError: the code is taken, or group, churn type or words do not fit.
    """
    access.require(session, Action.EDIT_REFERENCE)
    journal.name_change(session, N_("Add reason {name}"), name=_name(draft.zh, draft.en))
    return _add(session, draft)


def rename(session: Session, code: str, zh: str, en: str) -> int:
    """Give a reason new words; returns the number of its version, the same if nothing differs.

    Raises:
        NotFoundError, ConflictError: there is no such reason, or it is retired.
        InvalidInputError: words are missing, too long, or belong to another reason.
    """
    access.require(session, Action.EDIT_REFERENCE)
    reason = _active(session, code)
    try:
        words = ReasonWords(zh=zh, en=en)
    except ValidationError as error:
        raise InvalidInputError(problems_from_validation(error)) from error
    old = _current(session, reason)
    if (old.zh, old.en) == (words.zh, words.en):
        return old.reason_version
    _check_words(session, words.zh, words.en, but=code)
    journal.name_change(
        session,
        N_("Rename reason {old} to {new}"),
        old=_name(old.zh, old.en),
        new=_name(words.zh, words.en),
    )
    number = 1 + max(
        session.scalars(
            select(ReasonVersion.reason_version).where(ReasonVersion.reason_id == reason.id)
        )
    )
    session.add(
        ReasonVersion(
            reason_id=reason.id,
            reason_version=number,
            zh=words.zh,
            en=words.en,
            churn_type=old.churn_type,
            avoidable=old.avoidable,
            keaveney=old.keaveney,
            origin=ReasonOrigin.USER,
        )
    )
    reason.current_version = number
    session.flush()
    return number


def retire(session: Session, code: str, on: dt.date, replaced_by: Sequence[str] = ()) -> None:
    """Offer a reason no more from a day on; cases that have it keep it.

    Args:
        session: the writing session.
        code: the reason to retire.
        on: first day it is not offered.
        replaced_by: codes of the reasons that take its place.

    Raises:
        NotFoundError: a reason does not exist.
        ConflictError: a reason is retired already, or would replace itself.
    """
    access.require(session, Action.EDIT_REFERENCE)
    reason = _active(session, code)
    for other in replaced_by:
        _active(session, other)
    journal.name_change(session, N_("Retire reason {name}"), name=_words_of(session, reason))
    _retire(reason, on, replaced_by)
    session.flush()


def split(session: Session, code: str, into: Sequence[NewReasonDraft]) -> list[uuid.UUID]:
    """Replace a reason by two or more finer ones from today on; returns their keys.

    Raises:
        NotFoundError, ConflictError: there is no such reason, or it is retired.
        InvalidInputError: fewer than two parts, or a part does not fit.
    """
    access.require(session, Action.EDIT_REFERENCE)
    reason = _active(session, code)
    if len(into) < _LEAST_PARTS:
        raise InvalidInputError([Problem("into", _("A reason is split into two or more."))])
    journal.name_change(
        session,
        N_("Split reason {name} into {parts}"),
        name=_words_of(session, reason),
        parts=", ".join(_name(draft.zh, draft.en) for draft in into),
    )
    _retire(reason, clock.today(), [draft.code for draft in into])  # first: its words are free now
    session.flush()
    return [_add(session, draft) for draft in into]


def merge(session: Session, codes: Sequence[str], into_code: str) -> None:
    """Let one reason take the place of others from today on.

    Raises:
        NotFoundError, ConflictError: a reason does not exist, is retired, or is merged with itself.
        InvalidInputError: nothing to merge.
    """
    access.require(session, Action.EDIT_REFERENCE)
    target = _active(session, into_code)
    merged = [_active(session, code) for code in dict.fromkeys(codes)]
    if not merged:
        raise InvalidInputError([Problem("codes", _("Choose the reasons to merge."))])
    journal.name_change(
        session,
        N_("Merge reasons {names} into {target}"),
        names=", ".join(_words_of(session, reason) for reason in merged),
        target=_words_of(session, target),
    )
    for reason in merged:
        _retire(reason, clock.today(), [into_code])
    session.flush()


def _active(session: Session, code: str) -> Reason:
    reason = session.scalar(select(Reason).where(Reason.code == code))
    if reason is None:
        raise NotFoundError(_("There is no reason with the code {code}.").format(code=code))
    if reason.retired_on is not None:
        raise ConflictError(_("The reason {code} is retired already.").format(code=code))
    return reason


def _is_retired(reason: Reason) -> bool:
    return reason.retired_on is not None and reason.retired_on <= clock.today()


def _current(session: Session, reason: Reason) -> ReasonVersion:
    return session.scalars(
        select(ReasonVersion).where(
            ReasonVersion.reason_id == reason.id,
            ReasonVersion.reason_version == reason.current_version,
        )
    ).one()


def _retire(reason: Reason, on: dt.date, replaced_by: Sequence[str]) -> None:
    if reason.code in replaced_by:
        raise ConflictError(_("A reason cannot take its own place."))
    reason.retired_on = on
    reason.replaced_by = list(replaced_by)


def _add(session: Session, draft: NewReasonDraft) -> uuid.UUID:
    _check_draft(session, draft)
    key = new_id()
    number = reference.next_reason_number(session)
    session.add(Reason(id=key, code=draft.code, group_code=draft.group, number=number))
    session.flush()
    session.add(
        ReasonVersion(
            reason_id=key,
            zh=draft.zh,
            en=draft.en,
            churn_type=draft.churn_type,
            avoidable=draft.avoidable,
            keaveney=draft.keaveney,
            origin=ReasonOrigin.USER,
        )
    )
    session.flush()
    return key


def _check_draft(session: Session, draft: NewReasonDraft) -> None:
    """What a draft cannot know by itself: the groups, the churn tree and the other reasons."""
    problems = []
    if session.scalar(select(Reason.id).where(Reason.code == draft.code)):
        problems.append(Problem("code", _("This code is taken already.")))
    if draft.group not in {group.code for group in reference.reason_groups()}:
        problems.append(Problem("group", _("Choose one of the list.")))
    if not is_leaf(draft.churn_type):
        problems.append(Problem("churn_type", _("Choose one of the list.")))
    if problems:
        raise InvalidInputError(problems)
    _check_words(session, draft.zh, draft.en)


def _check_words(session: Session, zh: str, en: str, *, but: str = "") -> None:
    """Two reasons with the same words on offer could not be told apart."""
    others = session.execute(
        select(ReasonVersion.zh, ReasonVersion.en)
        .join(Reason, Reason.id == ReasonVersion.reason_id)
        .where(
            ReasonVersion.reason_version == Reason.current_version,
            Reason.retired_on.is_(None),
            Reason.code != but,
        )
    ).all()
    problems = [
        Problem(field, _("Another reason has these words already."))
        for field, words, taken in (
            ("zh", zh, {row.zh for row in others}),
            ("en", en, {row.en for row in others}),
        )
        if words in taken
    ]
    if problems:
        raise InvalidInputError(problems)


def _row(reason: Reason, version: ReasonVersion, language: str) -> ReasonRow:
    return ReasonRow(
        code=reason.code,
        number=reason.number,
        group=reason.group_code,
        text=reference.text(version, language),
        zh=version.zh,
        en=version.en,
        churn_type=version.churn_type,
        avoidable=version.avoidable,
        keaveney=version.keaveney,
        version=version.reason_version,
        version_id=version.id,
        origin=ReasonOrigin(version.origin),
        retired_on=reason.retired_on,
        replaced_by=tuple(reason.replaced_by),
    )


def _name(zh: str, en: str) -> str:
    """Both languages, since the journal is read in either."""
    return f"{zh} · {en}"


def _words_of(session: Session, reason: Reason) -> str:
    version = _current(session, reason)
    return _name(version.zh, version.en)
