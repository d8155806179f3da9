"""How words and values look to a person: enum members, money, dates, phone numbers.

Everything is translated when it is asked for, so a change of language shows at once.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from db import vocabulary as words
from desktop_app import clock
from desktop_app.i18n import N_, _
from desktop_app.labels_visits import VISIT_LABELS

UNKNOWN = "—"
"""Shown for what is not known, which is never zero."""

LABELS: Mapping[type[StrEnum], Mapping[StrEnum, str]] = {
    words.Role: {
        words.Role.AGENT: N_("Agent"),
        words.Role.STORE_MANAGER: N_("Store manager"),
        words.Role.DEPT_MANAGER: N_("Department manager"),
        words.Role.HEAD_OFFICE: N_("Head office"),
        words.Role.TRAINER: N_("Trainer"),
        words.Role.FIELD_STAFF: N_("Field staff"),
        words.Role.ADMINISTRATOR: N_("Administrator"),
        words.Role.AUDITOR: N_("Auditor"),
    },
    words.CustomerKind: {
        words.CustomerKind.PERSON: N_("Person"),
        words.CustomerKind.COMPANY: N_("Company"),
    },
    words.CustomerClass: {
        words.CustomerClass.A: N_("Class A"),
        words.CustomerClass.B: N_("Class B"),
        words.CustomerClass.C: N_("Class C"),
    },
    words.RuleKind: {
        words.RuleKind.LAPSING: N_("Stopped buying"),
        words.RuleKind.PARTIAL_SHARE: N_("Moved part of the business away"),
        words.RuleKind.PRODUCT_LINE_STOP: N_("Dropped a product line"),
        words.RuleKind.VALUE_DOWNGRADE: N_("Fell to a lower value"),
        words.RuleKind.CANCEL_REQUEST: N_("Asked to cancel"),
    },
    words.SignalState: {
        words.SignalState.OPEN: N_("Open"),
        words.SignalState.SNOOZED: N_("Snoozed"),
        words.SignalState.ACCEPTED: N_("Accepted"),
        words.SignalState.DISMISSED: N_("Dismissed"),
        words.SignalState.CLEARED: N_("No longer found"),
    },
    words.CaseStage: {
        words.CaseStage.IDENTIFIED: N_("Identified"),
        words.CaseStage.SCREENED: N_("Screened"),
        words.CaseStage.ASSIGNED: N_("Assigned"),
        words.CaseStage.CONTACTING: N_("Contacting"),
        words.CaseStage.INTERVIEWED: N_("Interviewed"),
        words.CaseStage.DIAGNOSED: N_("Diagnosed"),
        words.CaseStage.PLAN_AGREED: N_("Plan agreed"),
        words.CaseStage.REMEDY_IN_PROGRESS: N_("Remedy in progress"),
        words.CaseStage.FOLLOW_UP: N_("Follow-up"),
        words.CaseStage.CLOSED: N_("Closed"),
    },
    words.Outcome: {
        words.Outcome.SAVED: N_("Saved"),
        words.Outcome.WON_BACK: N_("Won back"),
        words.Outcome.LOST: N_("Lost"),
        words.Outcome.DO_NOT_PURSUE: N_("Not pursued"),
        words.Outcome.UNREACHABLE: N_("Unreachable"),
        words.Outcome.DUPLICATE: N_("Duplicate"),
    },
    words.ReasonLayer: {
        words.ReasonLayer.STATED: N_("Stated reason"),
        words.ReasonLayer.ROOT: N_("Root reason"),
        words.ReasonLayer.BELIEF: N_("What staff believed"),
    },
    words.ReasonOrigin: {
        words.ReasonOrigin.SHIPPED: N_("Came with the program"),
        words.ReasonOrigin.USER: N_("Written here"),
    },
    words.Approach: {
        words.Approach.RELATIONSHIP: N_("Relationship"),
        words.Approach.PRICE: N_("Price"),
        words.Approach.MIXED: N_("Relationship and price"),
    },
    words.Channel: {
        words.Channel.CALL: N_("Call"),
        words.Channel.VISIT: N_("Visit"),
        words.Channel.MESSAGE: N_("Message"),
    },
    words.AttemptResult: {
        words.AttemptResult.REACHED: N_("Reached"),
        words.AttemptResult.NO_ANSWER: N_("No answer"),
        words.AttemptResult.BUSY: N_("Busy"),
        words.AttemptResult.CALLBACK: N_("Asked to call back"),
        words.AttemptResult.LEFT_MESSAGE: N_("Left a message"),
        words.AttemptResult.WRONG_NUMBER: N_("Wrong number"),
        words.AttemptResult.REFUSED: N_("Refused to talk"),
        words.AttemptResult.DO_NOT_CONTACT: N_("Asked not to be contacted again"),
    },
    words.NextStep: {
        words.NextStep.CALL: N_("Call the customer"),
        words.NextStep.VISIT: N_("Visit the customer"),
        words.NextStep.INTERVIEW: N_("Hold the exit interview"),
        words.NextStep.OFFER: N_("Make an offer"),
        words.NextStep.REMEDY: N_("Carry out the remedy"),
        words.NextStep.FOLLOW_UP: N_("Follow up"),
        words.NextStep.CORRECT_CONTACT: N_("Correct the phone number"),
        words.NextStep.CLOSE: N_("Close the case"),
    },
    words.VisitState: {
        words.VisitState.PLANNED: N_("Planned"),
        words.VisitState.DONE: N_("Done"),
        words.VisitState.CANCELLED: N_("Cancelled"),
    },
    words.InterviewState: {
        words.InterviewState.DRAFT: N_("Draft"),
        words.InterviewState.FINISHED: N_("Finished"),
    },
    words.InterviewMode: {
        words.InterviewMode.CALL: N_("Phone interview"),
        words.InterviewMode.VISIT: N_("Interview at a visit"),
        words.InterviewMode.COUNTER: N_("At the counter"),
        words.InterviewMode.PAPER: N_("From paper"),
    },
    words.ReviewState: {
        words.ReviewState.RECEIVED: N_("Received"),
        words.ReviewState.HAS_ISSUES: N_("Has issues"),
        words.ReviewState.APPROVED: N_("Approved"),
    },
    words.QuestionnairePurpose: {
        words.QuestionnairePurpose.EXIT: N_("Exit interview"),
        words.QuestionnairePurpose.SATISFACTION: N_("Satisfaction survey"),
    },
    words.VersionState: {
        words.VersionState.DRAFT: N_("Draft"),
        words.VersionState.PUBLISHED: N_("Published"),
    },
    words.CaseEventKind: {
        words.CaseEventKind.OPENED: N_("Case opened"),
        words.CaseEventKind.MOVED: N_("Stage changed"),
        words.CaseEventKind.ASSIGNED: N_("Case assigned"),
        words.CaseEventKind.SCREENED: N_("Case screened"),
        words.CaseEventKind.OVERRIDDEN: N_("Screening overridden"),
        words.CaseEventKind.CLOSED: N_("Case closed"),
        words.CaseEventKind.REOPENED: N_("Case reopened"),
        words.CaseEventKind.NOTE: N_("Note"),
    },
    words.SaveState: {
        words.SaveState.WATCHING: N_("Being watched"),
        words.SaveState.CONFIRMED: N_("Confirmed save"),
        words.SaveState.LOST_DEFLECT: N_("Save did not hold"),
    },
    words.CallbackFor: {
        words.CallbackFor.ME: N_("Only me"),
        words.CallbackFor.ANYONE: N_("Anyone"),
    },
    words.Occasion: {
        words.Occasion.CANCEL_REQUEST: N_("Cancel request"),
        words.Occasion.PRICE: N_("Price"),
        words.Occasion.SERVICE_FAILURE: N_("Service failure"),
        words.Occasion.COMPETITOR: N_("Competitor"),
        words.Occasion.SILENT_LAPSE: N_("Silent lapse"),
        words.Occasion.WIN_BACK: N_("Win-back of a departed customer"),
    },
    words.OfferGoal: {
        words.OfferGoal.PRICE: N_("Price"),
        words.OfferGoal.RELATIONSHIP: N_("Relationship"),
        words.OfferGoal.SERVICE: N_("Service"),
        words.OfferGoal.PAUSE: N_("Pause"),
        words.OfferGoal.EXCHANGE: N_("Exchange"),
        words.OfferGoal.EXTENSION: N_("Extension"),
        words.OfferGoal.GIFT: N_("Gift"),
    },
    words.OfferState: {
        words.OfferState.WAITING: N_("Waits for approval"),
        words.OfferState.APPROVED: N_("May be offered"),
        words.OfferState.REFUSED: N_("Not approved"),
        words.OfferState.ACCEPTED: N_("Accepted by the customer"),
        words.OfferState.DECLINED: N_("Declined by the customer"),
        words.OfferState.WITHDRAWN: N_("Withdrawn"),
    },
    words.CostKind: {
        words.CostKind.OFFER: N_("Offer"),
        words.CostKind.GIFT: N_("Gift"),
        words.CostKind.VISIT: N_("Visit"),
        words.CostKind.MINUTES: N_("Working time"),
        words.CostKind.OTHER: N_("Other"),
    },
    words.ReplyKind: {
        words.ReplyKind.MET: N_("Kept"),
        words.ReplyKind.CANNOT_MEET: N_("Cannot be met, answered"),
    },
    words.ComplaintChannel: {
        words.ComplaintChannel.FORM: N_("Form"),
        words.ComplaintChannel.HOTLINE: N_("Hotline"),
        words.ComplaintChannel.WEB: N_("Web site"),
        words.ComplaintChannel.EMAIL: N_("E-mail"),
        words.ComplaintChannel.COUNTER: N_("At the counter"),
        words.ComplaintChannel.VISIT: N_("At a visit"),
        words.ComplaintChannel.CALL: N_("On the phone"),
    },
    words.RecoveryStepKind: {
        words.RecoveryStepKind.APOLOGISE: N_("Apologise, admit the error"),
        words.RecoveryStepKind.EMPATHISE: N_("Put yourself in the customer's place"),
        words.RecoveryStepKind.RESOLVE: N_("Solve it quickly"),
        words.RecoveryStepKind.COMPENSATE: N_("Compensate the loss"),
    },
    words.SkillKind: {
        words.SkillKind.PROFESSIONAL: N_("Professional ability"),
        words.SkillKind.SERVICE: N_("Service ability"),
        words.SkillKind.COMMUNICATION: N_("Communication ability"),
    },
    words.ExperimentKind: {
        words.ExperimentKind.SCRIPT: N_("Scripts"),
        words.ExperimentKind.OFFER: N_("Offers"),
    },
    words.ImportKind: {
        words.ImportKind.CUSTOMERS: N_("Customers"),
        words.ImportKind.ORDERS: N_("Orders"),
        words.ImportKind.VISITS: N_("Visits made"),
        words.ImportKind.RENEWALS: N_("Renewals"),
    },
    words.MatchKey: {
        words.MatchKey.NUMBER: N_("Customer number"),
        words.MatchKey.PHONE: N_("Phone"),
        words.MatchKey.CARD_NUMBER: N_("Card number"),
        words.MatchKey.NAME_PHONE: N_("Name and phone"),
    },
    words.UnknownCustomer: {
        words.UnknownCustomer.CREATE: N_("are made, as unidentified"),
        words.UnknownCustomer.REJECT: N_("reject the row"),
    },
    words.NoCustomer: {
        words.NoCustomer.REJECT: N_("are rejected"),
        words.NoCustomer.WALK_IN: N_("go to one walk-in customer"),
    },
    words.DateOrder: {
        words.DateOrder.DAY_FIRST: N_("day, month, year"),
        words.DateOrder.MONTH_FIRST: N_("month, day, year"),
    },
    words.ChangeKind: {
        words.ChangeKind.EDIT: N_("Edit"),
        words.ChangeKind.BULK: N_("Bulk edit"),
        words.ChangeKind.IMPORT: N_("Import"),
        words.ChangeKind.SCAN: N_("Scan"),
        words.ChangeKind.UNDO: N_("Undo"),
        words.ChangeKind.SYSTEM: N_("By the program"),
        words.ChangeKind.EVENT: N_("Event"),
    },
    words.Op: {
        words.Op.INSERT: N_("Added"),
        words.Op.UPDATE: N_("Changed"),
        words.Op.DELETE: N_("Deleted"),
    },
    **VISIT_LABELS,
}
"""The words for every member of every enum of ``db.vocabulary``."""

_SYMBOLS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "HKD": "HK$", "TWD": "NT$"}
_WITHOUT_CENTS = frozenset({"JPY", "KRW", "VND"})
_WEEKDAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))
_LONG_NUMBER = 11
_SHORT_NUMBER = 5


def label(member: StrEnum | None) -> str:
    """The translated word for an enum member; a dash for none."""
    if member is None:
        return UNKNOWN
    return _(LABELS[type(member)][member])


def choices(enum: type[StrEnum]) -> list[tuple[StrEnum, str]]:
    """All members of an enum with their words, in the order of the enum."""
    return [(member, label(member)) for member in enum]


def currency_sign(currency: str) -> str:
    """What stands before an amount: ``¥``, ``$``, or the code and a blank; nothing for none."""
    return _SYMBOLS.get(currency, f"{currency} " if currency else "")


def money(minor: int | None, currency: str) -> str:
    """An amount as people write it.

    Args:
        minor: Amount in hundredths of the currency (fen, cents), also where it has no smaller
            coin; ``None`` is not known.
        currency: ISO 4217 code; empty shows the amount alone.

    Returns:
        For example ``¥1,234.50`` or ``-¥3.00``.
    """
    if minor is None:
        return UNKNOWN
    digits = 0 if currency in _WITHOUT_CENTS and minor % 100 == 0 else 2
    amount = Decimal(abs(minor)).scaleb(-2)
    return f"{'-' if minor < 0 else ''}{currency_sign(currency)}{amount:,.{digits}f}"


def number(value: float | None, digits: int = 0) -> str:
    """A number with thousands separators, e.g. ``12,345``."""
    return UNKNOWN if value is None else f"{value:,.{digits}f}"


def percent(share: float | None, digits: int = 1) -> str:
    """A share of 1 in per cent, e.g. ``percent(0.1234)`` is ``12.3%``."""
    return UNKNOWN if share is None else f"{share * 100:.{digits}f}%"


def weekday(day: date) -> str:
    """Short name of the day of the week."""
    return _(_WEEKDAYS[day.weekday()])


def day_text(day: date | None) -> str:
    """A business date with its weekday, e.g. ``2026-08-31 Mon`` or ``2026-08-31 周一``."""
    return UNKNOWN if day is None else f"{day.isoformat()} {weekday(day)}"


def moment_text(moment: datetime | None) -> str:
    """A stored moment in local time, to the minute, e.g. ``2026-08-31 14:05``."""
    return UNKNOWN if moment is None else f"{clock.local(moment):%Y-%m-%d %H:%M}"


def masked_phone(phone: str | None) -> str:
    """A phone number of which only the ends are shown, e.g. ``138****8000``."""
    if not phone:
        return UNKNOWN
    if len(phone) >= _LONG_NUMBER:
        return f"{phone[:3]}****{phone[-4:]}"
    if len(phone) >= _SHORT_NUMBER:
        return f"****{phone[-2:]}"
    return "****"
