"""What people are in the firm: functions, district, how much a day holds, and when they are away.

Without a profile the functions follow from the role, and nothing is known of the rest.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final, Self

from pydantic import Field, model_validator
from sqlalchemy.orm import Session

from db import journal
from db.models import Absence, StaffProfile, User
from db.queries import staff as staff_queries
from db.queries import staff_profiles as queries
from db.queries.staff_profiles import AbsenceRow
from db.vocabulary import AbsenceKind, Role, StaffFunction
from desktop_app import clock
from desktop_app.domain.drafts import Draft, Text
from desktop_app.domain.permissions import Action
from desktop_app.errors import InvalidInputError, NotAllowedError, NotFoundError, Problem
from desktop_app.i18n import N_, _
from desktop_app.services import access, case_life

__all__ = [
    "AbsenceDraft",
    "AbsenceRow",
    "Employee",
    "ProfileDraft",
    "StaffRow",
    "add_absence",
    "all_profiles",
    "change",
    "days_away",
    "functions_of",
    "list_absences",
    "list_staff",
    "read",
    "remove_absence",
    "require_reach",
]

FUNCTIONS: Final[Mapping[Role, tuple[StaffFunction, ...]]] = {
    Role.FIELD_STAFF: (StaffFunction.SALES,),
    Role.AGENT: (StaffFunction.AGENT,),
    Role.STORE_MANAGER: (StaffFunction.DEPT_MANAGER,),
    Role.DEPT_MANAGER: (StaffFunction.DEPT_MANAGER,),
    Role.TRAINER: (StaffFunction.TRAINER,),
}
"""What somebody is whose profile does not say."""

_ONE_DAY: Final = dt.timedelta(days=1)
_A_DAY = Annotated[int, Field(ge=0, le=200)]
_A_MONTH = Annotated[int | None, Field(ge=0, le=5000)]
_Word = Annotated[str, Field(min_length=1, max_length=80)]


class ProfileDraft(Draft):
    """What somebody is in the firm. Without functions those of the role; no districts: everywhere.

    `left_on` is the last day of work. A month without a number holds what its days hold.
    """

    functions: Annotated[tuple[StaffFunction, ...], Field(title=N_("Functions"))] = ()
    department: Annotated[Text, Field(max_length=120, title=N_("Department"))] = ""
    districts: Annotated[tuple[_Word, ...], Field(title=N_("Goes to districts"))] = ()
    manager_id: Annotated[uuid.UUID | None, Field(title=N_("Manager"))] = None
    hired_on: Annotated[dt.date | None, Field(title=N_("Hired on"))] = None
    left_on: Annotated[dt.date | None, Field(title=N_("Last day of work"))] = None
    visits_a_day: Annotated[_A_DAY, Field(title=N_("Visits a day"))] = 6
    calls_a_day: Annotated[_A_DAY, Field(title=N_("Calls a day"))] = 20
    visits_a_month: Annotated[_A_MONTH, Field(title=N_("Visits a month"))] = None
    calls_a_month: Annotated[_A_MONTH, Field(title=N_("Calls a month"))] = None
    most_customers: Annotated[
        int | None, Field(ge=0, le=100_000, title=N_("Customers at most"))
    ] = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.hired_on and self.left_on and self.left_on < self.hired_on:
            raise ValueError(_("Nobody leaves before the first day of work."))
        return self


class AbsenceDraft(Draft):
    """Days on which somebody is away, both ends included."""

    user_id: Annotated[uuid.UUID, Field(title=N_("Who"))]
    first_on: Annotated[dt.date, Field(title=N_("From day"))]
    last_on: Annotated[dt.date, Field(title=N_("Until day"))]
    kind: Annotated[AbsenceKind, Field(title=N_("Kind"))] = AbsenceKind.LEAVE
    note: Annotated[Text, Field(max_length=200, title=N_("Note"))] = ""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last_on < self.first_on:
            raise ValueError(_("The last day cannot be before the first."))
        return self


@dataclass(frozen=True, slots=True)
class Employee:
    """A user with the profile; its functions are filled in from the role where it has none."""

    user_id: uuid.UUID
    name: str
    role: Role
    store_id: uuid.UUID | None
    is_active: bool
    profile: ProfileDraft

    def is_here(self, day: dt.date) -> bool:
        """Whether the employee works here on a day: may sign in, has begun and not left."""
        hired, left = self.profile.hired_on, self.profile.left_on
        return self.is_active and (hired is None or hired <= day) and (left is None or day <= left)


@dataclass(frozen=True, slots=True)
class StaffRow:
    """A line of the list of staff: somebody with the names of store and manager."""

    id: uuid.UUID
    login: str
    name: str
    store: str
    manager: str
    is_here: bool
    profile: ProfileDraft


# ---------------------------------------------------------------- profiles


def read(session: Session, user_id: uuid.UUID) -> ProfileDraft:
    """The profile of somebody; what it does not say follows from the role.

    Raises:
        NotFoundError: there is no such user.
    """
    access.require(session, Action.VIEW)
    user = _user(session, user_id)
    row = queries.profile_of(session, user_id)
    return _with_functions(ProfileDraft() if row is None else _as_draft(row), Role(user.role))


def all_profiles(session: Session) -> dict[uuid.UUID, Employee]:
    """Everybody who has an account, also those who left; by key, in the order of names."""
    access.require(session, Action.VIEW)
    rows = queries.profiles(session)
    found = {}
    for user in staff_queries.list_users(session):
        row = rows.get(user.id)
        profile = _with_functions(ProfileDraft() if row is None else _as_draft(row), user.role)
        found[user.id] = Employee(
            user.id, user.name, user.role, user.store_id, user.is_active, profile
        )
    return found


def list_staff(session: Session) -> list[StaffRow]:
    """Everybody who works here, by name; then those who left."""
    access.require(session, Action.VIEW)
    everybody, today = all_profiles(session), clock.today()
    rows = []
    for user in staff_queries.list_users(session):
        one = everybody[user.id]
        manager = everybody.get(one.profile.manager_id) if one.profile.manager_id else None
        rows.append(
            StaffRow(
                id=user.id,
                login=user.login,
                name=user.name,
                store=user.store,
                manager="" if manager is None else manager.name,
                is_here=one.is_here(today),
                profile=one.profile,
            )
        )
    return sorted(rows, key=lambda row: not row.is_here)


def functions_of(session: Session) -> dict[uuid.UUID, frozenset[StaffFunction]]:
    """What everybody is, by key."""
    found = all_profiles(session)
    return {key: frozenset(each.profile.functions) for key, each in found.items()}


def change(session: Session, user_id: uuid.UUID, draft: ProfileDraft) -> None:
    """Say what somebody is in the firm; functions that are the role's are not kept.

    Raises:
        NotFoundError, NotAllowedError: there is no such user, or one of another store.
        InvalidInputError: the manager does not work here, or is the person.
    """
    access.require(session, Action.EDIT_STAFF)
    user = require_reach(session, user_id)
    manager = None if draft.manager_id is None else session.get(User, draft.manager_id)
    if draft.manager_id is not None and (
        manager is None or not manager.is_active or manager.id == user_id
    ):
        text = _("Choose somebody else who still works here.")
        raise InvalidInputError([Problem("manager_id", text)])
    journal.name_change(session, N_("Change the profile of {name}"), name=user.name)
    values = _values(draft, Role(user.role))
    row = queries.profile_of(session, user_id)
    if row is None:
        session.add(StaffProfile(user_id=user_id, **values))
    else:
        case_life.set_values(row, values)
    session.flush()


def require_reach(session: Session, user_id: uuid.UUID) -> User:
    """The user, unless one of a store the actor does not manage.

    Raises:
        NotFoundError: there is no such user.
        NotAllowedError: the user belongs to another store.
    """
    access.require(session, Action.EDIT_STAFF)
    user = _user(session, user_id)
    seen = access.visible(session)
    if not queries.is_near(user.store_id, seen):
        raise NotAllowedError(_("{name} belongs to another store.").format(name=user.name))
    return user


def _user(session: Session, user_id: uuid.UUID) -> User:
    user = session.get(User, user_id)
    if user is None:
        raise NotFoundError(_("This user is gone."))
    return user


def _values(draft: ProfileDraft, role: Role) -> dict[str, Any]:
    values = draft.model_dump()
    usual = FUNCTIONS.get(role, ())
    values["functions"] = (
        [] if draft.functions == usual else [each.value for each in dict.fromkeys(draft.functions)]
    )
    values["districts"] = list(dict.fromkeys(draft.districts))
    return values


def _as_draft(row: StaffProfile) -> ProfileDraft:
    known = {name: getattr(row, name) for name in ProfileDraft.model_fields}
    return ProfileDraft.model_validate(known)


def _with_functions(draft: ProfileDraft, role: Role) -> ProfileDraft:
    if draft.functions:
        return draft
    return draft.model_copy(update={"functions": FUNCTIONS.get(role, ())})


# ---------------------------------------------------------------- absences


def list_absences(
    session: Session,
    user_id: uuid.UUID | None = None,
    first: dt.date | None = None,
    last: dt.date | None = None,
) -> list[AbsenceRow]:
    """Absences of somebody or of all that touch a time, the earliest first.

    Why is told to the person and to who manages them; others read the days only.
    """
    access.require(session, Action.VIEW)
    rows = queries.absences(session, user_id, first, last)
    mine, near = access.actor(session).user_id, set[uuid.UUID]()
    if access.may(session, Action.EDIT_STAFF):
        seen = access.visible(session)
        users = staff_queries.list_users(session)
        near = {user.id for user in users if queries.is_near(user.store_id, seen)}
    return [
        row
        if row.user_id == mine or row.user_id in near
        else replace(row, kind=AbsenceKind.OTHER, note="")
        for row in rows
    ]


def add_absence(session: Session, draft: AbsenceDraft) -> uuid.UUID:
    """Say when somebody is away; returns its key.

    Raises:
        NotFoundError, NotAllowedError: there is no such user, or one of another store.
        InvalidInputError: the days overlap with another absence.
    """
    access.require(session, Action.EDIT_STAFF)
    user = require_reach(session, draft.user_id)
    if queries.absences(session, draft.user_id, draft.first_on, draft.last_on):
        text = _("{name} is away on some of these days already.").format(name=user.name)
        raise InvalidInputError([Problem("first_on", text)])
    journal.name_change(session, N_("Absence of {name}"), name=user.name)
    absence = Absence(**draft.model_dump())
    session.add(absence)
    session.flush()
    return absence.id


def remove_absence(session: Session, absence_id: uuid.UUID) -> None:
    """Somebody is not away after all.

    Raises:
        NotFoundError, NotAllowedError: it is gone, or of somebody of another store.
    """
    access.require(session, Action.EDIT_STAFF)
    absence = session.get(Absence, absence_id)
    if absence is None:
        raise NotFoundError(_("This absence is gone."))
    user = require_reach(session, absence.user_id)
    journal.name_change(session, N_("Remove an absence of {name}"), name=user.name)
    session.delete(absence)
    session.flush()


def days_away(
    session: Session, first: dt.date, last: dt.date
) -> dict[uuid.UUID, frozenset[dt.date]]:
    """The days from `first` to `last` on which people are away; who never is, is left out."""
    access.require(session, Action.VIEW)
    found: dict[uuid.UUID, set[dt.date]] = defaultdict(set)
    for row in queries.absences(session, None, first, last):
        begin, end = max(row.first_on, first), min(row.last_on, last)
        days = (end - begin).days + 1
        found[row.user_id] |= {begin + _ONE_DAY * number for number in range(days)}
    return {key: frozenset(days) for key, days in found.items()}
