"""Kinds of duties and how urgent one is."""

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from desktop_app.i18n import N_


class DutyKind(StrEnum):
    """What is to be done; the last three stand for what others have left undone or ask for."""

    VISIT = "visit"
    CALL = "call"
    PROMISE = "promise"
    COMPLAINT = "complaint"
    RENEWAL = "renewal"
    TASK = "task"
    HANDOVER = "handover"
    ESCALATED = "escalated"
    APPROVAL = "approval"
    ORPHANS = "orphans"


KIND_WORDS: Final[Mapping[DutyKind, str]] = MappingProxyType(
    {
        DutyKind.VISIT: N_("Visit"),
        DutyKind.CALL: N_("Call"),
        DutyKind.PROMISE: N_("Promise"),
        DutyKind.COMPLAINT: N_("Complaint"),
        DutyKind.RENEWAL: N_("Renewal"),
        DutyKind.TASK: N_("Task"),
        DutyKind.HANDOVER: N_("Handover"),
        DutyKind.ESCALATED: N_("Overdue with others"),
        DutyKind.APPROVAL: N_("To approve"),
        DutyKind.ORPHANS: N_("Nobody in charge"),
    }
)


class Urgency(StrEnum):
    """When, in the order of a list: what has no day waits to be decided, behind today."""

    LATE = "late"
    TODAY = "today"
    UNDATED = "undated"
    SOON = "soon"


URGENCY_WORDS: Final[Mapping[Urgency, str]] = MappingProxyType(
    {
        Urgency.LATE: N_("Late"),
        Urgency.TODAY: N_("Today"),
        Urgency.UNDATED: N_("To decide"),
        Urgency.SOON: N_("Soon"),
    }
)


def urgency_of(due: dt.date | None, today: dt.date) -> Urgency:
    """How urgent something due on a day is; its day itself is still in time."""
    if due is None:
        return Urgency.UNDATED
    if due < today:
        return Urgency.LATE
    return Urgency.TODAY if due == today else Urgency.SOON
