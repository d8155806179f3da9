"""Who works on a case: screening, then assignment. Reached through `services.cases` and `pool`."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from sqlalchemy import BindParameter, Select, bindparam, select
from sqlalchemy.orm import Session

from db import journal
from db.models import Case, CaseEvent, User
from db.queries.case_file import ScreeningData, screening_of
from db.queries.scope import visible_cases
from db.vocabulary import CaseEventKind, CaseStage, ChangeKind, NextStep, Role
from desktop_app import clock
from desktop_app.domain import permissions
from desktop_app.domain.permissions import Action
from desktop_app.domain.screening import ScreenCode, ScreenFacts, ScreenHit, SwitchLimit, screen
from desktop_app.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    Problem,
)
from desktop_app.i18n import N_, _
from desktop_app.services import access, case_life, workspace_settings

NEVER: Final = frozenset({ScreenCode.DECEASED, ScreenCode.DO_NOT_CONTACT})
"""What nobody may override; if it is wrong, the customer's record is to be corrected."""

_CHUNK: Final = 500


@dataclass(frozen=True, slots=True)
class ScreenedCase:
    """A case that was not assigned because its customer is not to be pursued."""

    case_id: uuid.UUID
    number: str
    hits: tuple[ScreenHit, ...]

    @property
    def note(self) -> str:
        """The reasons as one text."""
        return note_of(self.hits)


@dataclass(frozen=True, slots=True)
class AssignResult:
    """How many cases got a new owner, and which were held back by the screening.

    `left`: numbers of the cases that stay where they are, as nobody chosen has a place for them.
    """

    assigned: int
    screened: tuple[ScreenedCase, ...] = ()
    left: tuple[str, ...] = ()


def assign(session: Session, case_ids: Sequence[uuid.UUID], user_id: uuid.UUID) -> AssignResult:
    """Give cases to somebody; a case whose customer is not to be pursued stays where it is.

    Such a case gets a screening note and an event, and is named in the result.

    Raises:
        NotFoundError, NotAllowedError: a case is gone or out of reach.
        ConflictError: a case is closed.
        InvalidInputError: the user has left or does not work on cases.
    """
    access.require(session, Action.ASSIGN_CASE)
    owner = session.get(User, user_id)
    if owner is None or not owner.is_active:
        raise InvalidInputError([Problem("user", _("Choose somebody who still works here."))])
    if not permissions.allowed(Role(owner.role), Action.WORK_CASE):
        text = _("{name} does not work on cases.").format(name=owner.name)
        raise InvalidInputError([Problem("user", text)])
    return hand_over(session, case_ids, owner)


def override_screening(session: Session, case_id: uuid.UUID, reason: str) -> None:
    """Let a case be worked on although the screening found something; the reason is recorded.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
        InvalidInputError: no reason is given.
        ConflictError: the case is closed, nothing stands in the way, or the customer has died or
            asked not to be contacted: then nobody may.
    """
    access.require(session, Action.OVERRIDE_SCREENING)
    case = case_life.load_open(session, case_id)
    if not reason.strip():
        raise InvalidInputError([Problem("reason", _("Say why, so that others can follow it."))])
    hits = standing_hits(session, case)
    if not hits:
        text = _("Nothing found by the screening stands in the way of case {number}.")
        raise ConflictError(text.format(number=case.number))
    final = [hit for hit in hits if hit.code in NEVER]
    if final:
        text = _("{found} Nobody may override this; if it is wrong, correct the customer.")
        raise ConflictError(text.format(found=note_of(final)))
    journal.name_change(session, N_("Override the screening of case {number}"), number=case.number)
    is_new = case.stage == CaseStage.IDENTIFIED
    after = CaseStage.SCREENED if is_new else CaseStage(case.stage)
    case_life.record(
        session, case, CaseEventKind.OVERRIDDEN, old=_codes(hits), new=after, note=reason.strip()
    )
    case_life.set_values(case, {"screening_note": note_of(hits)})
    if is_new:
        case_life.set_values(case, {"stage": after, "stage_since": clock.now()})
    session.flush()


def standing_hits(session: Session, case: Case) -> tuple[ScreenHit, ...]:
    """What the screening finds about a case now and nobody has overridden."""
    facts = screening_of(session, [case.customer_id])[case.customer_id]
    limit = workspace_settings.switch_limit(session)
    return _hits(facts, limit, _overridden(session, [case.id]).get(case.id, frozenset()))


def note_of(hits: Sequence[ScreenHit]) -> str:
    """What the screening found, as one text."""
    return " ".join(hit.text for hit in hits)


def _hits(
    data: ScreeningData, limit: SwitchLimit, overridden: frozenset[str]
) -> tuple[ScreenHit, ...]:
    facts = ScreenFacts(
        switch_dates=data.switch_dates,
        malicious_arrears=data.malicious_arrears,
        is_deceased=data.is_deceased,
        do_not_contact=data.do_not_contact,
    )
    found = screen(facts, clock.today(), limit)
    return tuple(hit for hit in found if hit.code in NEVER or hit.code not in overridden)


def _codes(hits: Sequence[ScreenHit]) -> str:
    return ",".join(hit.code for hit in hits)


def _overridden(session: Session, case_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, frozenset[str]]:
    found: dict[uuid.UUID, frozenset[str]] = {}
    for start in range(0, len(case_ids), _CHUNK):
        rows = session.execute(_events(), {"cases": case_ids[start : start + _CHUNK]})
        for case_id, codes in rows:
            found[case_id] = found.get(case_id, frozenset()) | frozenset(codes.split(","))
    return found


@cache
def _events() -> Select[uuid.UUID, str]:
    """Made once: it is asked before every contact and every offer."""
    among: BindParameter[Any] = bindparam("cases", expanding=True)
    return select(CaseEvent.case_id, CaseEvent.old_value).where(
        CaseEvent.case_id.in_(among), CaseEvent.kind == CaseEventKind.OVERRIDDEN
    )


# ---------------------------------------------------------------- many at once


def hand_over(
    session: Session, case_ids: Sequence[uuid.UUID], owner: User, *, anywhere: bool = False
) -> AssignResult:
    """Screen cases and give them to somebody; a step of `assign` and `pool.claim`.

    Raises as `assign`; `anywhere`: also a case that is out of the actor's reach.
    """
    return hand_out(session, dict.fromkeys(case_ids, owner), anywhere=anywhere)


def hand_out(
    session: Session, owners: Mapping[uuid.UUID, User], *, anywhere: bool = False
) -> AssignResult:
    """Screen cases and give each to its new owner; raises as `hand_over`."""
    rows = _open_rows(session, list(owners), anywhere=anywhere)
    _name(session, rows, [owners[row["id"]] for row in rows])
    screening = _Screening(session, rows)
    names = {owner.id: owner.name for owner in owners.values()}
    changes: list[dict[str, Any]] = []
    events: list[dict[str, Any]] = []
    screened: list[ScreenedCase] = []
    assigned = 0
    for row in rows:
        owner_id = owners[row["id"]].id
        if row["owner_id"] == owner_id and row["stage"] not in case_life.BEFORE_ASSIGNMENT:
            continue
        hits = screening.hits(row)
        if hits:
            screened.append(ScreenedCase(row["id"], row["number"], hits))
            _hold_back(row, hits, changes, events)
        else:
            assigned += 1
            _give(row, owner_id, names[owner_id], changes, events)
            if row["screening_note"] and not screening.is_overridden(row):
                changes[-1]["screening_note"] = ""  # what was found once holds no more
    who = {"at": clock.now(), "by_id": access.actor(session).user_id}
    journal.bulk_update(session, Case, changes)
    journal.bulk_insert(session, CaseEvent, [event | who for event in events])
    return AssignResult(assigned, tuple(screened))


def hand_to_close(session: Session, case: Case, owner: User) -> None:
    """Give a case whose customer called, but must not be called, to somebody: to carry it out."""
    access.require(session, Action.TAKE_CASE)
    stage = CaseStage(case.stage)
    after = CaseStage.ASSIGNED if stage in case_life.BEFORE_ASSIGNMENT else stage
    case_life.record(session, case, CaseEventKind.ASSIGNED, old=stage, new=after, note=owner.name)
    values = case_life.owner_values(case.owner_id, owner.id)
    if after is not stage:
        values |= {"stage": after, "stage_since": clock.now()}
    case_life.set_values(case, values)
    case_life.plan(case, NextStep.CLOSE, clock.today())
    session.flush()


def shown_notes(session: Session, notes: Mapping[uuid.UUID, str]) -> dict[uuid.UUID, str]:
    """What the screening finds about cases now, in the language of the reader, by key.

    Args:
        session: the session.
        notes: what was noted of each; it stays where nothing is found any more.
    """
    access.require(session, Action.VIEW)
    keys, rows = list(notes), list[Mapping[str, Any]]()
    for start in range(0, len(keys), _CHUNK):
        chunk = Case.id.in_(keys[start : start + _CHUNK])
        found = session.execute(select(Case.id, Case.customer_id).where(chunk))
        rows += [dict(row) for row in found.mappings()]
    screening = _Screening(session, rows)
    return {row["id"]: note_of(screening.hits(row)) or notes[row["id"]] for row in rows}


def examine(session: Session, case_ids: Sequence[uuid.UUID]) -> tuple[ScreenedCase, ...]:
    """The cases that the screening would hold back; nothing is written. Raises as `assign`."""
    access.require(session, Action.ASSIGN_CASE)
    rows = _open_rows(session, list(dict.fromkeys(case_ids)), anywhere=False)
    screening = _Screening(session, rows)
    found = ((row, screening.hits(row)) for row in rows)
    return tuple(ScreenedCase(row["id"], row["number"], hits) for row, hits in found if hits)


class _Screening:
    """What the screening needs to know of many cases, read once."""

    def __init__(self, session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
        self._data = screening_of(session, list({row["customer_id"] for row in rows}))
        self._overridden = _overridden(session, [row["id"] for row in rows])
        self._limit = workspace_settings.switch_limit(session)

    def hits(self, row: Mapping[str, Any]) -> tuple[ScreenHit, ...]:
        """What stands against a case and nobody has overridden."""
        overridden = self._overridden.get(row["id"], frozenset())
        return _hits(self._data[row["customer_id"]], self._limit, overridden)

    def is_overridden(self, row: Mapping[str, Any]) -> bool:
        """Whether the screening of a case was overruled once."""
        return row["id"] in self._overridden


def _open_rows(
    session: Session, case_ids: Sequence[uuid.UUID], *, anywhere: bool
) -> list[Mapping[str, Any]]:
    """The cases in the order asked for; all must be there, in reach and open."""
    session.flush()
    columns = (
        Case.id,
        Case.number,
        Case.customer_id,
        Case.owner_id,
        Case.stage,
        Case.next_step,
        Case.screening_note,
        Case.callback_at,
        visible_cases(access.visible(session)).label("is_visible"),
    )
    found: dict[uuid.UUID, Mapping[str, Any]] = {}
    for start in range(0, len(case_ids), _CHUNK):
        chunk = case_ids[start : start + _CHUNK]
        rows = session.execute(select(*columns).where(Case.id.in_(chunk))).mappings()
        found |= {row["id"]: dict(row) for row in rows}
    if len(found) < len(case_ids):
        raise NotFoundError(_("A case is gone. Reload the list."))
    for row in found.values():
        if not (anywhere or row["is_visible"]):
            text = _("Case {number} belongs to somebody else.")
            raise NotAllowedError(text.format(number=row["number"]))
        if row["stage"] == CaseStage.CLOSED:
            text = _("Case {number} is closed. Re-open it first.")
            raise ConflictError(text.format(number=row["number"]))
    return [found[case_id] for case_id in case_ids]


def _name(session: Session, rows: Sequence[Mapping[str, Any]], owners: Sequence[User]) -> None:
    people = {owner.id: owner.name for owner in owners}
    if len(rows) == 1:
        title, number = N_("Assign case {number} to {name}"), rows[0]["number"]
        journal.name_change(session, title, number=number, name=owners[0].name)
    elif len(people) == 1:
        title, name = N_("Assign {count} cases to {name}"), owners[0].name
        journal.name_change(session, title, kind=ChangeKind.BULK, count=len(rows), name=name)
    else:
        title = N_("Spread {count} cases over {people} people")
        count = {"count": len(rows), "people": len(people)}
        journal.name_change(session, title, kind=ChangeKind.BULK, **count)


def _hold_back(
    row: Mapping[str, Any],
    hits: Sequence[ScreenHit],
    changes: list[dict[str, Any]],
    events: list[dict[str, Any]],
) -> None:
    """Note what was found, once; a case that had passed the screening falls back."""
    stage, note = row["stage"], note_of(hits)
    after = CaseStage.IDENTIFIED if stage == CaseStage.SCREENED else CaseStage(stage)
    if after == stage and note == row["screening_note"]:
        return
    change = {"id": row["id"], "screening_note": note}
    if after != stage:
        change |= {"stage": after, "stage_since": clock.now()}
    changes.append(change)
    events.append(_event(row, CaseEventKind.SCREENED, _codes(hits), after, note))


def _give(
    row: Mapping[str, Any],
    owner_id: uuid.UUID,
    owner_name: str,
    changes: list[dict[str, Any]],
    events: list[dict[str, Any]],
) -> None:
    stage = CaseStage(row["stage"])
    if stage is CaseStage.IDENTIFIED:
        events.append(_event(row, CaseEventKind.SCREENED, "", CaseStage.SCREENED))
    before = CaseStage.SCREENED if stage is CaseStage.IDENTIFIED else stage
    after = CaseStage.ASSIGNED if stage in case_life.BEFORE_ASSIGNMENT else stage
    events.append(_event(row, CaseEventKind.ASSIGNED, before, after, owner_name))
    change = {"id": row["id"], **case_life.owner_values(row["owner_id"], owner_id)}
    if after is not stage:
        change |= {"stage": after, "stage_since": clock.now()}
    if row["next_step"] is None and after is CaseStage.ASSIGNED:
        callback = row["callback_at"]
        due = clock.today() if callback is None else clock.local(callback).date()
        change |= {"next_step": NextStep.CALL, "next_due": due}
    changes.append(change)


def _event(
    row: Mapping[str, Any], kind: CaseEventKind, old: str, new: str, note: str = ""
) -> dict[str, Any]:
    return {"case_id": row["id"], "kind": kind, "old_value": old, "new_value": new, "note": note}
