"""One case with everything on its page."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import BindParameter, Select, bindparam, select
from sqlalchemy.orm import Session

from db.base import utcnow
from db.models import (
    Case,
    CaseEvent,
    CaseReason,
    ContactAttempt,
    Customer,
    DefectionSignal,
    ProbeStep,
    Reason,
    ReasonVersion,
    User,
)
from db.queries.cases import CaseRow, CodedReason, case_rows, read_row
from db.queries.interviews import InterviewRow, interviews_of_case
from db.queries.visits import VisitRow, visits_of_case
from db.vocabulary import (
    Approach,
    AttemptResult,
    CaseEventKind,
    CaseStage,
    Channel,
    NextStep,
    ReasonLayer,
    RuleKind,
    SaveState,
)

_DAY_SECONDS: Final = 86_400
_CHUNK: Final = 500
_STAGES: Final = frozenset(CaseStage)  # a note may carry a step against arrears instead


@dataclass(frozen=True, slots=True)
class ReasonOnCase:
    """The reason of a case in one layer, in the words of the version the case points at."""

    code: str
    zh: str
    en: str
    verbatim: str
    reason_version: int
    version_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class WhyStep:
    """One step of the why-chain, 1 to 5."""

    step: int
    answer: str
    reason: CodedReason | None


@dataclass(frozen=True, slots=True)
class CaseEventRow:
    """An entry of the case's own history.

    `new` is the stage after the event (a note has none, or the step against arrears that was
    taken), `old` the stage before; for a screening
    and its override `old` names what was found instead, as codes with commas, empty if nothing.
    """

    id: uuid.UUID
    kind: CaseEventKind
    at: dt.datetime
    by: str
    old: str
    new: str
    note: str


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One contact attempt."""

    id: uuid.UUID
    channel: Channel
    result: AttemptResult
    at: dt.datetime
    duration_seconds: int | None
    by: str
    note: str
    next_step: NextStep | None
    next_due: dt.date | None


@dataclass(frozen=True, slots=True)
class SignalBrief:
    """The signal a case was opened from."""

    id: uuid.UUID
    kind: RuleKind
    as_of: dt.date
    measured: float | None
    limit: float | None
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class ScreeningData:
    """What `domain.screening` looks at, as it is stored (it fits `ScreenFacts`)."""

    switch_dates: tuple[dt.date, ...]
    malicious_arrears: bool
    is_deceased: bool
    do_not_contact: bool


@dataclass(frozen=True, slots=True)
class StageTime:
    """Whole time a case stood in a stage, in days; the stage it stands in counts until now."""

    stage: CaseStage
    days: float


@dataclass(frozen=True, slots=True)
class CaseFile:
    """Everything on the page of one case; the lists are in the order they happened.

    `follows_id` is the case of the save that did not last.
    """

    row: CaseRow
    version: int
    left_on: dt.date | None
    churn_type: str | None
    extent: str | None
    state_of_mind: str | None
    competitor: str
    approach: Approach | None
    offer_text: str
    what_happened: str
    close_note: str
    screening_note: str
    reasons: Mapping[ReasonLayer, ReasonOnCase]
    why: tuple[WhyStep, ...]
    events: tuple[CaseEventRow, ...]
    attempts: tuple[AttemptRow, ...]
    visits: tuple[VisitRow, ...]
    interviews: tuple[InterviewRow, ...]
    signal: SignalBrief | None
    screening: ScreeningData
    time_in_stage: tuple[StageTime, ...]
    save_state: SaveState | None = None
    watch_until: dt.date | None = None
    confirmed_on: dt.date | None = None
    follows_id: uuid.UUID | None = None

    @property
    def draft_values(self) -> dict[str, Any]:
        """Values for the fields of the form of a case, by the names of its draft."""
        return {
            "left_on": self.left_on,
            "churn_type": self.churn_type,
            "extent": self.extent,
            "state_of_mind": self.state_of_mind,
            "competitor": self.competitor,
            "value_at_stake": self.row.value_at_stake,
            "approach": self.approach,
            "offer_text": self.offer_text,
            "what_happened": self.what_happened,
            "next_step": self.row.next_step,
            "next_due": self.row.next_due,
        }


def case_file(
    session: Session, case_id: uuid.UUID, now: dt.datetime | None = None
) -> CaseFile | None:
    """One case whole, or None; `now` is the moment until which the time in a stage counts."""
    row = session.execute(case_rows().where(Case.id == case_id)).first()
    if row is None:
        return None
    table = Case.__table__
    own = session.execute(select(table).where(table.c.id == case_id)).one()
    events = _events(session, case_id)
    return CaseFile(
        row=read_row(row),
        version=own.version,
        left_on=own.left_on,
        churn_type=own.churn_type,
        extent=own.extent,
        state_of_mind=own.state_of_mind,
        competitor=own.competitor,
        approach=Approach(own.approach) if own.approach else None,
        offer_text=own.offer_text,
        what_happened=own.what_happened,
        close_note=own.close_note,
        screening_note=own.screening_note,
        reasons=_reasons(session, case_id),
        why=_why(session, case_id),
        events=events,
        attempts=_attempts(session, case_id),
        visits=visits_of_case(session, case_id),
        interviews=interviews_of_case(session, case_id),
        signal=_signal(session, case_id),
        screening=screening_of(session, [own.customer_id])[own.customer_id],
        time_in_stage=time_in_stage(events, now or utcnow()),
        save_state=SaveState(own.save_state) if own.save_state else None,
        watch_until=own.watch_until,
        confirmed_on=own.confirmed_on,
        follows_id=own.follows_id,
    )


def case_id_of(session: Session, number: str) -> uuid.UUID | None:
    """Key of the case with a number, or None."""
    return session.execute(select(Case.id).where(Case.number == number)).scalar()


def time_in_stage(events: tuple[CaseEventRow, ...], now: dt.datetime) -> tuple[StageTime, ...]:
    """Days in each stage a case has been in, in the order of the life cycle; closed has no time."""
    totals: dict[CaseStage, float] = {}
    moves = [event for event in events if event.new in _STAGES]
    ends = [*(event.at for event in moves[1:]), now]
    for event, end in zip(moves, ends, strict=False):
        stage = CaseStage(event.new)
        totals[stage] = totals.get(stage, 0.0) + (end - event.at).total_seconds() / _DAY_SECONDS
    return tuple(
        StageTime(stage, totals[stage])
        for stage in CaseStage
        if stage in totals and stage is not CaseStage.CLOSED
    )


def screening_of(
    session: Session, customer_ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, ScreeningData]:
    """What the screening looks at, by customer."""
    found: dict[uuid.UUID, ScreeningData] = {}
    for start in range(0, len(customer_ids), _CHUNK):
        for row in session.execute(_screened(), {"some": customer_ids[start : start + _CHUNK]}):
            days = tuple(dt.date.fromisoformat(day) for day in row.switch_dates)
            found[row.id] = ScreeningData(
                days, row.malicious_arrears, row.is_deceased, row.do_not_contact
            )
    return found


@cache
def _screened() -> Select[*tuple[Any, ...]]:
    """Made once: it is asked before every contact and every offer."""
    some: BindParameter[Any] = bindparam("some", expanding=True)
    return select(
        Customer.id,
        Customer.switch_dates,
        Customer.malicious_arrears,
        Customer.is_deceased,
        Customer.do_not_contact,
    ).where(Customer.id.in_(some))


def _reasons(session: Session, case_id: uuid.UUID) -> Mapping[ReasonLayer, ReasonOnCase]:
    rows = session.execute(
        select(
            CaseReason.layer,
            CaseReason.verbatim,
            Reason.code,
            ReasonVersion.zh,
            ReasonVersion.en,
            ReasonVersion.reason_version,
            ReasonVersion.id,
        )
        .join(ReasonVersion, ReasonVersion.id == CaseReason.reason_version_id)
        .join(Reason, Reason.id == ReasonVersion.reason_id)
        .where(CaseReason.case_id == case_id)
    )
    found = {
        ReasonLayer(row.layer): ReasonOnCase(
            row.code, row.zh, row.en, row.verbatim, row.reason_version, row.id
        )
        for row in rows
    }
    return MappingProxyType({layer: found[layer] for layer in ReasonLayer if layer in found})


def _why(session: Session, case_id: uuid.UUID) -> tuple[WhyStep, ...]:
    rows = session.execute(
        select(ProbeStep.step, ProbeStep.answer, Reason.code, ReasonVersion.zh, ReasonVersion.en)
        .outerjoin(ReasonVersion, ReasonVersion.id == ProbeStep.reason_version_id)
        .outerjoin(Reason, Reason.id == ReasonVersion.reason_id)
        .where(ProbeStep.case_id == case_id)
        .order_by(ProbeStep.step)
    )
    return tuple(
        WhyStep(row.step, row.answer, CodedReason(row.code, row.zh, row.en) if row.code else None)
        for row in rows
    )


def _events(session: Session, case_id: uuid.UUID) -> tuple[CaseEventRow, ...]:
    rows = session.execute(
        select(
            CaseEvent.id,
            CaseEvent.kind,
            CaseEvent.at,
            User.name,
            CaseEvent.old_value,
            CaseEvent.new_value,
            CaseEvent.note,
        )
        .outerjoin(User, User.id == CaseEvent.by_id)
        .where(CaseEvent.case_id == case_id)
        .order_by(CaseEvent.at, CaseEvent.id)
    )
    return tuple(
        CaseEventRow(key, CaseEventKind(kind), at, by or "", old, new, note)
        for key, kind, at, by, old, new, note in rows
    )


def _attempts(session: Session, case_id: uuid.UUID) -> tuple[AttemptRow, ...]:
    rows = session.execute(
        select(
            ContactAttempt.id,
            ContactAttempt.channel,
            ContactAttempt.result,
            ContactAttempt.at,
            ContactAttempt.duration_seconds,
            User.name,
            ContactAttempt.note,
            ContactAttempt.next_step,
            ContactAttempt.next_due,
        )
        .outerjoin(User, User.id == ContactAttempt.by_id)
        .where(ContactAttempt.case_id == case_id)
        .order_by(ContactAttempt.at, ContactAttempt.id)
    )
    return tuple(
        AttemptRow(
            id=row.id,
            channel=Channel(row.channel),
            result=AttemptResult(row.result),
            at=row.at,
            duration_seconds=row.duration_seconds,
            by=row.name or "",
            note=row.note,
            next_step=NextStep(row.next_step) if row.next_step else None,
            next_due=row.next_due,
        )
        for row in rows
    )


def _signal(session: Session, case_id: uuid.UUID) -> SignalBrief | None:
    row = session.execute(
        select(
            DefectionSignal.id,
            DefectionSignal.kind,
            DefectionSignal.as_of,
            DefectionSignal.measured,
            DefectionSignal.limit,
            DefectionSignal.sentence_zh,
            DefectionSignal.sentence_en,
        )
        .where(DefectionSignal.case_id == case_id)
        .order_by(DefectionSignal.as_of.desc(), DefectionSignal.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    return SignalBrief(
        row.id, RuleKind(row.kind), row.as_of, row.measured, row.limit, row.sentence_zh,
        row.sentence_en,
    )  # fmt: skip
