"""The lists of tasks, renewals, absences and staff on the command line."""

from collections.abc import Sequence

from db.session import Session
from desktop_app.cli.entities import ALL, Document, Entity
from desktop_app.cli.output import plain, yuan
from desktop_app.columns import Column
from desktop_app.columns.employees import ABSENCE_COLUMNS, STAFF_COLUMNS
from desktop_app.columns.renewals import RENEWAL_COLUMNS
from desktop_app.columns.tasks import TASK_COLUMNS
from desktop_app.errors import NotFoundError
from desktop_app.i18n import N_, _
from desktop_app.services import renewals, staff_profiles, tasks
from desktop_app.services.renewals import RenewalFilter, RenewalRow
from desktop_app.services.staff_profiles import AbsenceRow, StaffRow
from desktop_app.services.tasks import TaskFilter, TaskRow

_WHO: Column[AbsenceRow] = Column("user", N_("Employee"), lambda row: row.user)
_LOGIN: Column[StaffRow] = Column("login", N_("Login name"), lambda row: row.login)


def _tasks(session: Session, text: str, offset: int, limit: int) -> Sequence[TaskRow]:
    """Tasks in whatever state, those that are due first at the top."""
    criteria = TaskFilter(states=frozenset(), text=text)
    return tasks.list_tasks(session, criteria, None, offset, limit)


def _task(session: Session, text: str) -> Document:
    for row in _tasks(session, "", 0, ALL):
        if str(row.id) == text:
            return _document(row)
    raise NotFoundError(_("There is no task {name}.").format(name=text))


def _renewals(session: Session, text: str, offset: int, limit: int) -> Sequence[RenewalRow]:
    """Renewals in whatever state, what expires first at the top; phones are masked."""
    return renewals.list_renewals(session, RenewalFilter(text=text), None, offset, limit)


def _renewal(session: Session, text: str) -> Document:
    for row in _renewals(session, "", 0, ALL):
        if str(row.id) == text:
            return _renewal_document(row)
    raise NotFoundError(_("There is no renewal {name}.").format(name=text))


def _renewal_document(row: RenewalRow) -> Document:
    return {**plain(row), "fee": yuan(row.fee)}


def _absences(session: Session, text: str, offset: int, limit: int) -> Sequence[AbsenceRow]:
    """Absences, the earliest first; found by who, or by what is noted."""
    rows = staff_profiles.list_absences(session)
    wanted = text.casefold()
    found = [row for row in rows if wanted in f"{row.user} {row.kind} {row.note}".casefold()]
    return found[offset : offset + limit]


def _absence(session: Session, text: str) -> Document:
    for row in _absences(session, "", 0, ALL):
        if str(row.id) == text:
            return _document(row)
    raise NotFoundError(_("There is no absence {name}.").format(name=text))


def _staff(session: Session, text: str, offset: int, limit: int) -> Sequence[StaffRow]:
    """Everybody who works here, then those who left; found by any of their words."""
    rows = staff_profiles.list_staff(session)
    wanted = text.casefold()
    found = [row for row in rows if wanted in str(_staff_document(row)).casefold()]
    return found[offset : offset + limit]


def _employee(session: Session, text: str) -> Document:
    for row in _staff(session, "", 0, ALL):
        if text in (row.login, str(row.id)):
            return _staff_document(row)
    raise NotFoundError(_("Nobody has the login name {name}.").format(name=text))


def _staff_document(row: StaffRow) -> Document:
    profile = row.profile.model_dump(mode="json", exclude={"manager_id"})
    return {
        "id": str(row.id),
        "login": row.login,
        "name": row.name,
        "store": row.store,
        "manager": row.manager,
        "is_here": row.is_here,
        **profile,
    }


def _document(row: TaskRow | AbsenceRow) -> Document:
    found: Document = plain(row)
    return found


ENTITIES = {
    "tasks": Entity(_tasks, lambda: TASK_COLUMNS, _task, _document),
    "renewals": Entity(_renewals, lambda: RENEWAL_COLUMNS, _renewal, _renewal_document),
    "absences": Entity(_absences, lambda: (_WHO, *ABSENCE_COLUMNS), _absence, _document),
    "staff": Entity(_staff, lambda: (_LOGIN, *STAFF_COLUMNS), _employee, _staff_document),
}
