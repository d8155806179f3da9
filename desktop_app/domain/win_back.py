"""The six steps of winning a lost customer back: evidence, what is missing, what is closed (2.6).

Sources: S4f-39…44. A step is done when nothing of its evidence is missing. Gates keep the order
that matters: whom to visit is certain before a visit is planned, somebody has spoken to the
customer before anything is agreed or improved, displeasure is gone before opinions and a plan are
written down, a plan is agreed before it is fulfilled or compared.
"""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Any, Final

from pydantic import Field, ValidationInfo, field_validator

from db.vocabulary import Channel, CustomerClass, Outcome, TaskState, WinBackStepKind
from desktop_app.domain.drafts import Draft, Text
from desktop_app.domain.work_calendar import WorkCalendar
from desktop_app.i18n import N_, _

Words = Annotated[Text, Field(max_length=2000)]
_DAY: Final = dt.timedelta(days=1)
_HOUR: Final = dt.timedelta(hours=1)


class Result(StrEnum):
    """What the customer says in the end; only a purchase or a renewal shows who is won back."""

    WON_BACK = "won_back"
    WILL_RETURN = "will_return"
    UNDECIDED = "undecided"
    DECLINED = "declined"


class Standing(StrEnum):
    """How our plan stands beside what the competitor offers."""

    AHEAD = "ahead"
    LEVEL = "level"
    BEHIND = "behind"


class Axis(StrEnum):
    """What we are compared with competitors by."""

    MORE = "more"
    FASTER = "faster"
    BETTER = "better"


RESULT_WORDS: Mapping[Result, str] = MappingProxyType(
    {
        Result.WON_BACK: N_("Buys again"),
        Result.WILL_RETURN: N_("Says they will return"),
        Result.UNDECIDED: N_("Undecided"),
        Result.DECLINED: N_("Does not return"),
    }
)
STANDING_WORDS: Mapping[Standing, str] = MappingProxyType(
    {
        Standing.AHEAD: N_("We are ahead"),
        Standing.LEVEL: N_("About the same"),
        Standing.BEHIND: N_("We are behind"),
    }
)
AXIS_WORDS: Mapping[Axis, str] = MappingProxyType(
    {Axis.MORE: N_("More"), Axis.FASTER: N_("Faster"), Axis.BETTER: N_("Better")}
)

# ---------------------------------------------------------------- what is entered


class IdentifyDraft(Draft):
    """Step 1: name and address were checked with somebody who knows."""

    name_verified: bool = False
    address_verified: bool = False


class ContactDraft(Draft):
    """Step 2: how the first contact went; when it was follows from the contacts of the case."""

    channel: Channel | None = None
    apologised: bool = False
    listened: bool = False
    gift: Annotated[Text, Field(max_length=200)] = ""


class PlanItemDraft(Draft):
    """One thing that is agreed with the customer; it becomes a promise."""

    words: Annotated[str, Field(min_length=1, max_length=2000)]
    due_on: dt.date


class PlanDraft(Draft):
    """Step 3: opinions and a plan, once displeasure is gone. `items` are those to be added."""

    displeasure_resolved: bool = False
    opinions: Words = ""
    items: tuple[PlanItemDraft, ...] = ()
    agreed: bool = False

    @field_validator("opinions", "items", "agreed")
    @classmethod
    def _only_when_resolved(cls, value: Any, info: ValidationInfo) -> Any:
        if value and not info.data.get("displeasure_resolved", True):
            raise ValueError(_("First the displeasure must be gone."))
        return value


class SatisfyDraft(Draft):
    """Step 4: whether the demands are met, and what the customer says."""

    demands_met: bool = False
    result: Result | None = None
    note: Words = ""


class PreventDraft(Draft):
    """Step 5: what is improved so that it does not happen again, or why nothing was at fault.

    An improvement is a task: somebody does it until a day.
    """

    improvement: Words = ""
    owner_id: Annotated[uuid.UUID | None, Field(validate_default=True)] = None
    due_on: Annotated[dt.date | None, Field(validate_default=True)] = None
    no_defect: Words = ""

    @field_validator("owner_id", "due_on")
    @classmethod
    def _of_the_improvement(cls, value: Any, info: ValidationInfo) -> Any:
        if value is None and info.data.get("improvement"):
            raise ValueError(_("An improvement needs somebody who does it, and a day."))
        return value

    @field_validator("no_defect")
    @classmethod
    def _one_of_both(cls, no_defect: str, info: ValidationInfo) -> str:
        if no_defect and info.data.get("improvement"):
            raise ValueError(_("Name the improvement or say why there is no defect, not both."))
        return no_defect


class OutdoDraft(Draft):
    """Step 6: what the competitor offers and what we do, by three axes."""

    competitor: Annotated[Text, Field(max_length=120)] = ""
    more_theirs: Words = ""
    more_ours: Words = ""
    more: Standing | None = None
    faster_theirs: Words = ""
    faster_ours: Words = ""
    faster: Standing | None = None
    better_theirs: Words = ""
    better_ours: Words = ""
    better: Standing | None = None


StepDraft = IdentifyDraft | ContactDraft | PlanDraft | SatisfyDraft | PreventDraft | OutdoDraft

DRAFTS: Mapping[WinBackStepKind, type[StepDraft]] = MappingProxyType(
    {
        WinBackStepKind.IDENTIFY: IdentifyDraft,
        WinBackStepKind.CONTACT: ContactDraft,
        WinBackStepKind.PLAN: PlanDraft,
        WinBackStepKind.SATISFY: SatisfyDraft,
        WinBackStepKind.PREVENT: PreventDraft,
        WinBackStepKind.OUTDO: OutdoDraft,
    }
)

# ---------------------------------------------------------------- what is missing, what is closed


class StepState(StrEnum):
    """Where a step stands."""

    CLOSED = "closed"
    OPEN = "open"
    BEGUN = "begun"
    DONE = "done"


class Missing(StrEnum):
    """What a step still needs."""

    NAME = "name"
    ADDRESS = "address"
    FIRST_CONTACT = "first_contact"
    CHANNEL = "channel"
    APOLOGY = "apology"
    LISTENING = "listening"
    GIFT = "gift"
    DISPLEASURE = "displeasure"
    OPINIONS = "opinions"
    ITEMS = "items"
    AGREEMENT = "agreement"
    OPEN_ITEMS = "open_items"
    DEMANDS = "demands"
    RESULT = "result"
    IMPROVEMENT = "improvement"
    MORE = "more"
    FASTER = "faster"
    BETTER = "better"


MISSING_WORDS: Mapping[Missing, str] = MappingProxyType(
    {
        Missing.NAME: N_("the name is to be verified"),
        Missing.ADDRESS: N_("the address is to be verified"),
        Missing.FIRST_CONTACT: N_("nobody has spoken to the customer yet"),
        Missing.CHANNEL: N_("how the customer was contacted"),
        Missing.APOLOGY: N_("the apology"),
        Missing.LISTENING: N_("the customer was heard out"),
        Missing.GIFT: N_("the gift at the visit, or why none"),
        Missing.DISPLEASURE: N_("the displeasure is to be gone"),
        Missing.OPINIONS: N_("what the customer thinks and demands"),
        Missing.ITEMS: N_("what is agreed, with a day"),
        Missing.AGREEMENT: N_("the customer agrees to the plan"),
        Missing.OPEN_ITEMS: N_("promises of the plan are open"),
        Missing.DEMANDS: N_("the demands are met"),
        Missing.RESULT: N_("what the customer answers"),
        Missing.IMPROVEMENT: N_("the improvement, or why there is no defect"),
        Missing.MORE: N_("more: the comparison"),
        Missing.FASTER: N_("faster: the comparison"),
        Missing.BETTER: N_("better: the comparison"),
    }
)


class Gate(StrEnum):
    """Why a step is closed."""

    NOT_SPOKEN = "not_spoken"
    NO_PLAN = "no_plan"
    NOT_AGREED = "not_agreed"


GATE_WORDS: Mapping[Gate, str] = MappingProxyType(
    {
        Gate.NOT_SPOKEN: N_("Closed until somebody has spoken to the customer (step 2)."),
        Gate.NO_PLAN: N_("Closed until a plan is written down (step 3)."),
        Gate.NOT_AGREED: N_("Closed until the customer has agreed to the plan (step 3)."),
    }
)

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a case when its steps are judged.

    Attributes:
        facts: What was saved of each step, as its draft says it.
        has_address: Whether the customer has an address at all.
        first_contact: When somebody spoke to the customer first.
        items: What was agreed; of each whether it was answered.
        improvement: Where the task stands that improves something; None without one.
    """

    facts: Mapping[WinBackStepKind, Facts] = field(default_factory=dict)
    has_address: bool = True
    first_contact: dt.datetime | None = None
    items: tuple[bool, ...] = ()
    improvement: TaskState | None = None

    def of(self, kind: WinBackStepKind) -> Facts:
        """What was saved of a step; empty when it was not begun."""
        return self.facts.get(kind, {})


def gate(kind: WinBackStepKind, known: Evidence) -> Gate | None:
    """Why nothing can be entered in a step yet; None when it is open."""
    match kind:
        case WinBackStepKind.PLAN | WinBackStepKind.PREVENT if known.first_contact is None:
            return Gate.NOT_SPOKEN
        case WinBackStepKind.SATISFY | WinBackStepKind.OUTDO if not known.items:
            return Gate.NO_PLAN
        case WinBackStepKind.SATISFY if not known.of(WinBackStepKind.PLAN).get("agreed"):
            return Gate.NOT_AGREED
        case _:
            return None


def missing(kind: WinBackStepKind, known: Evidence) -> tuple[Missing, ...]:
    """What a step still needs, in the order of its form."""
    return tuple(what for what, is_there in _evidence(kind, known) if not is_there)


def _evidence(kind: WinBackStepKind, known: Evidence) -> list[tuple[Missing, bool]]:
    facts = known.of(kind)

    def has(name: str) -> bool:
        return bool(facts.get(name))

    match kind:
        case WinBackStepKind.IDENTIFY:
            return [
                (Missing.NAME, has("name_verified")),
                (Missing.ADDRESS, has("address_verified") and known.has_address),
            ]
        case WinBackStepKind.CONTACT:
            return [
                (Missing.FIRST_CONTACT, known.first_contact is not None),
                (Missing.CHANNEL, has("channel")),
                (Missing.APOLOGY, has("apologised")),
                (Missing.LISTENING, has("listened")),
                (Missing.GIFT, has("gift") or facts.get("channel") != Channel.VISIT),
            ]
        case WinBackStepKind.PLAN:
            return [
                (Missing.DISPLEASURE, has("displeasure_resolved")),
                (Missing.OPINIONS, has("opinions")),
                (Missing.ITEMS, bool(known.items)),
                (Missing.AGREEMENT, has("agreed")),
            ]
        case WinBackStepKind.SATISFY:
            return [
                (Missing.OPEN_ITEMS, all(known.items)),
                (Missing.DEMANDS, has("demands_met")),
                (Missing.RESULT, has("result")),
            ]
        case WinBackStepKind.PREVENT:
            is_cared_for = known.improvement not in (None, TaskState.DROPPED)
            return [(Missing.IMPROVEMENT, is_cared_for or has("no_defect"))]
        case _:
            return [
                (Missing(axis), has(axis) and has(f"{axis}_ours") and has(f"{axis}_theirs"))
                for axis in Axis
            ]


def state(kind: WinBackStepKind, known: Evidence) -> StepState:
    """Where a step stands."""
    if gate(kind, known) is not None:
        return StepState.CLOSED
    if not missing(kind, known):
        return StepState.DONE
    return StepState.BEGUN if known.of(kind) else StepState.OPEN


_CLOSED_ANYWAY: Final = frozenset({Outcome.DUPLICATE, Outcome.DO_NOT_PURSUE})


def prevents_closing(outcome: Outcome, known: Evidence) -> bool:
    """Whether a case whose steps have begun lacks its prevention (S4f-43).

    While nobody has spoken to the customer, nobody can know what went wrong.
    """
    if not known.facts or known.first_contact is None or outcome in _CLOSED_ANYWAY:
        return False
    return bool(missing(WinBackStepKind.PREVENT, known))


# ---------------------------------------------------------------- the shortest time


@dataclass(frozen=True, slots=True)
class Timing:
    """How soon somebody spoke to the customer (S4f-40).

    Attributes:
        since: The end of the day on which the customer left, local; only the day is known.
        due: When the first contact was due at the latest: 24 hours for class A, 72 for others,
            of working days.
        first: The first contact; None when there was none yet.
        is_late: Whether it came, or is still awaited, past that moment.
        hours: Hours between both as the clock runs; to now without a contact; never below 0.
    """

    since: dt.datetime
    due: dt.datetime
    first: dt.datetime | None
    is_late: bool
    hours: int


def timing(
    left_on: dt.date,
    klass: CustomerClass | None,
    first: dt.datetime | None,
    now: dt.datetime,
    calendar: WorkCalendar,
) -> Timing:
    """Judge the first contact with a customer who left on a day; moments are local."""
    since = dt.datetime.combine(left_on + _DAY, dt.time(), now.tzinfo)
    due = calendar.first_contact_due(since, klass)
    reached = first if first is not None else now
    hours = max(0, int((reached.astimezone(dt.UTC) - since.astimezone(dt.UTC)) / _HOUR))
    return Timing(since, due, first, reached > due, hours)
