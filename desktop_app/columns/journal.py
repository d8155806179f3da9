"""Columns of the journal: change sets, and what became of each field, in words."""

import datetime as dt
import re
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from db.queries.journal import ChangeSetRow, FieldChange, RowChange
from db.vocabulary import (
    Approach,
    AttemptResult,
    CallbackFor,
    CaseEventKind,
    CaseStage,
    Channel,
    CustomerKind,
    ImportKind,
    InterviewMode,
    InterviewState,
    NextStep,
    Op,
    Outcome,
    QuestionnairePurpose,
    ReasonLayer,
    ReviewState,
    Role,
    RuleKind,
    SignalState,
    SkillKind,
    VersionState,
    VisitState,
)
from desktop_app import labels
from desktop_app.columns import Align, Column
from desktop_app.i18n import N_, _

FIELD_TITLES: Mapping[str, str] = MappingProxyType(
    {
        "number": N_("Number"),
        "name": N_("Name"),
        "kind": N_("Kind"),
        "phone": N_("Phone"),
        "email": N_("Email"),
        "address": N_("Address"),
        "card_number": N_("Card number"),
        "store_id": N_("Store"),
        "owner_id": N_("Owner"),
        "joined_on": N_("Customer since"),
        "is_identified": N_("Identified"),
        "do_not_contact": N_("Do not contact"),
        "is_deceased": N_("Deceased"),
        "malicious_arrears": N_("Malicious arrears"),
        "switch_dates": N_("Changes of supplier"),
        "attributes": N_("Attributes"),
        "note": N_("Note"),
        "duty": N_("Duty"),
        "is_primary": N_("First to call"),
        "customer_id": N_("Customer"),
        "case_id": N_("Case"),
        "stage": N_("Stage"),
        "stage_since": N_("In this stage since"),
        "outcome": N_("Outcome"),
        "opened_on": N_("Opened"),
        "closed_on": N_("Closed"),
        "left_on": N_("Left on"),
        "churn_type": N_("Churn type"),
        "extent": N_("Extent"),
        "state_of_mind": N_("State of mind"),
        "competitor": N_("Competitor"),
        "value_at_stake": N_("Value at stake"),
        "currency": N_("Currency"),
        "approach": N_("Approach"),
        "offer_text": N_("Offer"),
        "what_happened": N_("What happened"),
        "next_step": N_("Next step"),
        "next_due": N_("Due"),
        "close_note": N_("Note on closing"),
        "screening_note": N_("Note on screening"),
        "layer": N_("Layer"),
        "verbatim": N_("The customer's own words"),
        "answer": N_("Answer"),
        "channel": N_("Channel"),
        "result": N_("Result"),
        "at": N_("Time"),
        "duration_seconds": N_("Seconds"),
        "by_id": N_("By"),
        "planned_on": N_("Planned for"),
        "done_on": N_("Done on"),
        "purpose": N_("Purpose"),
        "state": N_("State"),
        "state_note": N_("Note"),
        "snoozed_until": N_("Snoozed until"),
        "decided_by_id": N_("Decided by"),
        "as_of": N_("As of"),
        "measured": N_("Measured"),
        "limit": N_("Limit"),
        "rule_version": N_("Version"),
        "params": N_("Parameters"),
        "is_enabled": N_("Switched on"),
        "login": N_("Login name"),
        "role": N_("Role"),
        "is_active": N_("May sign in"),
        "code": N_("Code"),
        "city": N_("City"),
        "region": N_("Region"),
        "zh": N_("Chinese"),
        "en": N_("English"),
        "retired_on": N_("Retired on"),
        "replaced_by": N_("Replaced by"),
        "value": N_("Value"),
        "key": N_("Key"),
        "criteria": N_("Filter"),
        "file_name": N_("File"),
        "questionnaire_version_id": N_("Version of the questionnaire"),
        "mode": N_("Mode"),
        "review": N_("Review"),
        "marks": N_("To come back to"),
        "seconds": N_("Seconds on the question"),
        "accepted": N_("Warning seen"),
        "comment": N_("Comment"),
        "current_version": N_("Version in use"),
        "content": N_("Questions"),
        "questions": N_("Number of questions"),
        "overruled": N_("Overruled remarks"),
        "published_at": N_("Published"),
        "words": N_("The customer's own words"),
        "arrears": N_("Arrears"),
        "gift": N_("Gift"),
        "gift_given": N_("Gift handed over"),
        "media_type": N_("Kind of file"),
        "size": N_("Size"),
        "started_at": N_("Started"),
        "finished_at": N_("Finished"),
        "owner_since": N_("Owner since"),
        "pool_since": N_("In the pool since"),
        "previous_owner_id": N_("Previous owner"),
        "kept_from_previous_until": N_("Kept from the previous owner until"),
        "callback_at": N_("Callback at"),
        "callback_for": N_("Callback by"),
        "is_informal": N_("Informal"),
        "by_customer": N_("The customer began"),
        "proof": N_("What the contact rules said"),
        "is_working": N_("Working day"),
        "is_festival": N_("Festival: nobody is called"),
        "level": N_("Level"),
    }
)
"""Words for the columns of the tables, as histories show them."""

_WORDS: Mapping[str, type[StrEnum]] = {
    "stage": CaseStage,
    "outcome": Outcome,
    "approach": Approach,
    "next_step": NextStep,
    "callback_for": CallbackFor,
    "layer": ReasonLayer,
    "channel": Channel,
    "result": AttemptResult,
    "role": Role,
}
_WORDS_OF: Mapping[tuple[str, str], type[StrEnum]] = {
    ("customer", "kind"): CustomerKind,
    ("departure_case", "kind"): RuleKind,
    ("defection_signal", "kind"): RuleKind,
    ("defection_rule", "kind"): RuleKind,
    ("case_event", "kind"): CaseEventKind,
    ("skill", "kind"): SkillKind,
    ("import_job", "kind"): ImportKind,
    ("defection_signal", "state"): SignalState,
    ("visit", "state"): VisitState,
    ("interview", "state"): InterviewState,
    ("interview", "mode"): InterviewMode,
    ("answer", "mode"): InterviewMode,
    ("interview", "review"): ReviewState,
    ("interview_review", "state"): ReviewState,
    ("questionnaire", "purpose"): QuestionnairePurpose,
    ("questionnaire_version", "state"): VersionState,
}
_MONEY = frozenset({"value_at_stake", "amount", "arrears"})
_LONG = 160
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.*[+-]\d\d:\d\d$")
_KEY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One field of one record, changed once, in words."""

    id: int
    at: dt.datetime
    actor: str
    what: str
    field: str
    old: str
    new: str
    title: str
    change_set_id: uuid.UUID | None


def field_title(name: str) -> str:
    """The word for a column of a table."""
    return _(FIELD_TITLES[name]) if name in FIELD_TITLES else name.replace("_", " ")


def value_text(entity: str, name: str, value: Any, names: Mapping[str, str], currency: str) -> str:
    """A journalled value as a person reads it; empty for none.

    Args:
        entity: Table the value belongs to.
        name: Its column.
        value: The JSON value.
        names: Names of users and stores by key, for columns that point to them.
        currency: Of amounts.
    """
    if value in (None, "", [], {}):
        return ""
    if name in _MONEY and isinstance(value, int):
        return labels.money(value, currency)
    text = _shown(entity, name, value, names)
    return text if len(text) <= _LONG else f"{text[:_LONG]}…"


def _shown(entity: str, name: str, value: Any, names: Mapping[str, str]) -> str:
    words = _WORDS.get(name) or _WORDS_OF.get((entity, name))
    match value:
        case bool():
            text = _("Yes") if value else _("No")
        case str() if words is not None and value in set(words):
            text = labels.label(words(value))
        case str() if name == "phone":
            text = labels.masked_phone(value)
        case str() if _MOMENT.match(value):
            text = labels.moment_text(dt.datetime.fromisoformat(value))
        case str() if _KEY.fullmatch(value):
            text = names.get(value, "")  # the key of something without a name says nothing
        case dict():
            text = ", ".join(f"{key}: {one}" for key, one in value.items())
        case list():
            text = ", ".join(str(one) for one in value)
        case _:
            text = names.get(str(value), str(value))
    return text


def history_rows(
    entity: str,
    changes: Iterable[FieldChange],
    names: Mapping[str, str],
    titled: Callable[[str, Mapping[str, Any]], str],
    currency: str,
) -> list[HistoryRow]:
    """The history of one record for a table; fields that stayed empty are left out."""
    rows = []
    for place, change in enumerate(changes):
        old = value_text(entity, change.field, change.old, names, currency)
        new = value_text(entity, change.field, change.new, names, currency)
        if old == new:
            continue
        rows.append(
            HistoryRow(
                place, change.at, change.actor, labels.label(change.op),
                field_title(change.field), old, new, titled(change.title, change.args),
                change.change_set_id,
            )
        )  # fmt: skip
    return rows


@dataclass(frozen=True, slots=True)
class DetailRow:
    """One field of one row of a change set, in words."""

    id: int
    what: str
    op: Op
    field: str
    old: str
    new: str


def detail_rows(
    changes: Iterable[RowChange],
    names: Mapping[str, str],
    entity_text: Callable[[str], str],
    currency: str,
) -> list[DetailRow]:
    """What a change set did, field by field."""
    rows: list[DetailRow] = []
    for change in changes:
        what = " ".join(filter(None, (entity_text(change.entity), change.name)))
        for name, (old, new) in change.fields.items():
            before = value_text(change.entity, name, old, names, currency)
            after = value_text(change.entity, name, new, names, currency)
            if before != after:
                row = DetailRow(len(rows), what, change.op, field_title(name), before, after)
                rows.append(row)
    return rows


HISTORY_COLUMNS: tuple[Column[HistoryRow], ...] = (
    Column("at", N_("Time"), lambda row: row.at),
    Column("field", N_("Field"), lambda row: row.field),
    Column("old", N_("From"), lambda row: row.old),
    Column("new", N_("To"), lambda row: row.new),
    Column("actor", N_("By"), lambda row: row.actor),
    Column("title", N_("Change"), lambda row: row.title),
)

DETAIL_COLUMNS: tuple[Column[DetailRow], ...] = (
    Column("what", N_("Record"), lambda row: row.what),
    Column("op", N_("What"), lambda row: row.op),
    Column("field", N_("Field"), lambda row: row.field),
    Column("old", N_("From"), lambda row: row.old),
    Column("new", N_("To"), lambda row: row.new),
)


def change_set_columns(
    titled: Callable[[str, Mapping[str, Any]], str],
) -> tuple[Column[ChangeSetRow], ...]:
    """Columns of change sets.

    Args:
        titled: Puts a title with its arguments into words.
    """
    return (
        Column("at", N_("Time"), lambda row: row.at),
        Column(
            "title", N_("Change"), lambda row: row.title,
            text=lambda row: titled(row.title, row.args), sortable=False,
        ),
        Column("kind", N_("Kind"), lambda row: row.kind),
        Column("actor", N_("By"), lambda row: row.actor),
        Column("changes", N_("Records"), lambda row: row.changes, align=Align.RIGHT),
        Column(
            "undone", N_("Undone"), lambda row: row.undone_by is not None,
            text=lambda row: _("Undone") if row.undone_by else "", sortable=False,
        ),
    )  # fmt: skip
