"""What goes into a plan of visits and calls (`desktop_app.domain.visit_plan`) and comes out."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from db.vocabulary import CadenceRole, Channel, CustomerClass, SkillKind, VisitPurpose
from desktop_app.domain.cadence import CadenceChannel, CadencePolicy, CadenceRule
from desktop_app.domain.compliance import Owed
from desktop_app.domain.months import Period


class Refusal(StrEnum):
    """Why a contact that is owed cannot be planned."""

    DECEASED = "deceased"
    DO_NOT_CONTACT = "do_not_contact"
    CHANNEL_REFUSED = "channel_refused"
    NO_ROLE = "no_role"  # nobody has the role for this customer or its district
    SKILL = "skill"  # nobody of them has the skill
    NO_WORKING_DAY = "no_working_day"
    ABSENT = "absent"  # all of them on all working days
    CAPACITY = "capacity"  # all days of all of them are full
    GAP = "gap"  # free days are too near to other contacts with the customer


_PURPOSES: Mapping[CustomerClass, VisitPurpose] = {
    CustomerClass.A: VisitPurpose.BOND,
    CustomerClass.B: VisitPurpose.COACH,
    CustomerClass.C: VisitPurpose.SETTLE,
}


def purpose_of(rule: CadenceRule) -> VisitPurpose:
    """What the contacts of a rule are for."""
    return _PURPOSES[rule.klass] if rule.condition is None else VisitPurpose.RAISE


class Next(NamedTuple):
    """Who follows somebody, from a day on."""

    first: dt.date
    employee: Hashable


@dataclass(frozen=True, slots=True)
class Client:
    """A customer to be planned for.

    Attributes:
        owed: Key, class, owners and what was agreed otherwise.
        district: Where it is; visits in one district share a day if they can. Empty: not known.
        backups: Who stands in for the owner of a role.
        next_owners: Who follows the owner of a role, and from which day on; contacts before that
            day are the owner's, others the follower's.
        next_backups: The same of the backups.
        needs: Levels of skill that whoever comes must have.
        refusal: DECEASED or DO_NOT_CONTACT, if so.
        refuses: Channels the customer does not want.
    """

    owed: Owed
    district: str = ""
    backups: Mapping[CadenceRole, Hashable] = field(default_factory=dict)
    next_owners: Mapping[CadenceRole, Next] = field(default_factory=dict)
    next_backups: Mapping[CadenceRole, Next] = field(default_factory=dict)
    needs: Mapping[SkillKind, int] = field(default_factory=dict)
    refusal: Refusal | None = None
    refuses: Collection[Channel] = frozenset()


@dataclass(frozen=True, slots=True)
class Person:
    """An employee who makes contacts.

    Attributes:
        key: Key of the employee.
        roles: What the employee is.
        a_day: Contacts in a day by channel; a channel left out: none.
        a_month: Contacts in a calendar month by channel; a channel left out: no such limit.
        skills: Levels; a skill that is not known is 1, average.
        districts: Where the employee goes to customers that name nobody; empty: everywhere.
        absent: Days off of this person.
        booked: Contacts that stand outside the plan, by channel and day; they take their room.
        first: First day of work, None: before the plan.
        last: Last day of work, None: after the plan.
    """

    key: Hashable
    roles: Collection[CadenceRole]
    a_day: Mapping[Channel, int]
    a_month: Mapping[Channel, int] = field(default_factory=dict)
    skills: Mapping[SkillKind, int] = field(default_factory=dict)
    districts: Collection[str] = frozenset()
    absent: Collection[dt.date] = frozenset()
    booked: Mapping[tuple[Channel, dt.date], int] = field(default_factory=dict)
    first: dt.date | None = None
    last: dt.date | None = None

    def can(self, needs: Mapping[SkillKind, int]) -> bool:
        """Whether the skills are enough."""
        return all(self.skills.get(skill, 1) >= level for skill, level in needs.items())

    def works_on(self, day: dt.date) -> bool:
        """Whether the person is there on a working day."""
        return (
            day not in self.absent
            and (self.first is None or self.first <= day)
            and (self.last is None or day <= self.last)
        )


class Planned(NamedTuple):
    """A contact to be made; provisional while the holidays of its year are not published."""

    customer: Hashable
    employee: Hashable
    day: dt.date
    channel: Channel
    rule: str
    purpose: VisitPurpose
    is_provisional: bool = False


class Impossible(NamedTuple):
    """One contact owed within some days that cannot be planned."""

    customer: Hashable
    rule: CadenceRule
    days: Period
    reason: Refusal


@dataclass(frozen=True, slots=True)
class PlanCount:
    """Contacts required in a plan, on top of those already made, and what became of them."""

    planned: int = 0
    impossible: int = 0

    @property
    def required(self) -> int:
        """Both together."""
        return self.planned + self.impossible


@dataclass(frozen=True, slots=True)
class Plan:
    """What came out: contacts by day, person and district; and what cannot be done.

    `later` counts contacts whose time has begun but that are best made after the plan ends.
    """

    contacts: tuple[Planned, ...]
    impossible: tuple[Impossible, ...]
    later: int = 0

    def counts(
        self, policy: CadencePolicy
    ) -> dict[tuple[CustomerClass, CadenceRole, CadenceChannel], PlanCount]:
        """Required, planned and impossible by class, role and channel, in the order of the policy.

        A contact planned ahead of its time, which ends after the plan, counts as required too.
        """
        planned: dict[str, int] = defaultdict(int)
        failed: dict[str, int] = defaultdict(int)
        for contact in self.contacts:
            planned[contact.rule] += 1
        for each in self.impossible:
            failed[each.rule.code] += 1
        return {
            (rule.klass, rule.role, rule.channel): PlanCount(planned[rule.code], failed[rule.code])
            for rule in policy.rules
        }
