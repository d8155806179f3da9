"""The lines of the day and their columns; the order of the work is their order."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Final

from db.queries.pool import FreeCase
from db.vocabulary import CallbackFor, CaseStage, CustomerClass, NextStep, RuleKind
from desktop_app import clock, labels
from desktop_app.columns import Align, Column, Kind
from desktop_app.domain.queue_order import QueueKind, Section
from desktop_app.domain.task_force_words import place_word
from desktop_app.i18n import N_, _, ngettext


@dataclass(frozen=True, slots=True)
class WorkLine:
    """One thing to do, with its place in the order: a case, a visit, or an interview to correct.

    Attributes:
        id: Key of the interview, the visit or the case.
        visit_id: The planned visit; with a case also the one that is its next step.
        due: First day on which something is to be done.
        place: Own, of the team, or in the pool.
        section: The part of the day.
        reasons: The order explained, a sentence each.
        callback_at: Moment of a call promised to the customer.
        allowed_from: First moment of a contact, if none is allowed now; `stop` says why.
        held_back: What the screening found.
        free: Why nobody works on it.
        recycle_on: Day on which it goes back into the pool, if its owner is warned.
        order: Ascending, this is the order of work.
    """

    id: uuid.UUID
    case_id: uuid.UUID | None
    visit_id: uuid.UUID | None
    interview_id: uuid.UUID | None
    customer_id: uuid.UUID
    number: str
    customer_number: str
    customer: str
    phone: str
    klass: CustomerClass
    kind: RuleKind | None
    stage: CaseStage | None
    step: NextStep | None
    due: dt.date | None
    value_at_stake: int | None
    currency: str
    place: QueueKind
    owner_id: uuid.UUID | None
    owner: str
    store: str
    section: Section
    reasons: tuple[str, ...]
    order: tuple[object, ...]
    callback_at: dt.datetime | None = None
    callback_for: CallbackFor | None = None
    allowed_from: dt.datetime | None = None
    stop: str = ""
    held_back: str = ""
    free: FreeCase | None = None
    recycle_on: dt.date | None = None

    @property
    def why(self) -> str:
        """The order explained in one sentence."""
        return _("; ").join(self.reasons)


def step_text(line: WorkLine) -> str:
    """What is to be done."""
    if line.interview_id is not None:
        return _("Correct the interview")
    if line.step is not None:
        return labels.label(line.step)
    if line.stage in (CaseStage.IDENTIFIED, CaseStage.SCREENED):
        return _("First contact")
    return _("Plan the next step")


def pool_text(line: WorkLine) -> str:
    """Why nobody works on a case, since when, and from whom it is kept; empty for the others."""
    free = line.free
    if free is None:
        return ""
    days = max(0, (clock.today() - clock.local(free.since).date()).days)
    since = ngettext("for {n} day", "for {n} days", days).format(n=days)
    parts = [since if days else _("since today"), _why_free(free)]
    if free.kept_until is not None and free.previous and free.kept_until >= clock.today():
        kept = _("kept from {name} until {day}")
        parts.append(kept.format(name=free.previous, day=labels.day_text(free.kept_until)))
    return " · ".join(parts)


def _why_free(free: FreeCase) -> str:
    if free.gone:
        return _("{name} has left").format(name=free.gone)
    return free.note or _("nobody has worked on it yet")


def whose_text(line: WorkLine) -> str:
    """Who works on it, or in whose queue it stands."""
    if line.place is QueueKind.OWN:
        return line.owner
    return " · ".join(filter(None, (place_word(line.place), line.owner)))


WORK_COLUMNS: Final[tuple[Column[WorkLine], ...]] = (
    Column("customer", N_("Customer"), lambda line: line.customer, width=180, sortable=False),
    Column(
        "klass",
        N_("Class"),
        lambda line: line.klass,
        text=lambda line: line.klass.value.upper(),
        align=Align.CENTER,
        sortable=False,
    ),
    Column("step", N_("To do"), step_text, width=170, sortable=False),
    Column("due", N_("Due"), lambda line: line.due, width=130, sortable=False),
    Column("why", N_("Why here"), lambda line: line.why, width=280, sortable=False),
    Column("pool", N_("In the pool"), pool_text, width=260, sortable=False),
    Column(
        "recycle_on",
        N_("Back to the pool"),
        lambda line: line.recycle_on,
        width=120,
        sortable=False,
    ),
    Column(
        "value_at_stake",
        N_("Value at stake"),
        lambda line: line.value_at_stake,
        text=lambda line: labels.money(line.value_at_stake, line.currency),
        align=Align.RIGHT,
        width=130,
        sortable=False,
        kind=Kind.MONEY,
    ),
    Column("kind", N_("Departure"), lambda line: line.kind, width=160, sortable=False),
    Column("stage", N_("Stage"), lambda line: line.stage, width=130, sortable=False),
    Column("owner", N_("Whose"), whose_text, width=100, sortable=False),
    Column("number", N_("Case"), lambda line: line.number, width=110, sortable=False),
    Column(
        "phone",
        N_("Phone"),
        lambda line: line.phone or None,
        width=120,
        sortable=False,
    ),
)
