"""Columns of people in the firm and of the days they are away."""

from typing import TYPE_CHECKING, Final

from desktop_app import clock, labels
from desktop_app.columns import Align, Column
from desktop_app.i18n import N_, _

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from desktop_app.services.staff_profiles import AbsenceRow, StaffRow


def _functions(row: "StaffRow") -> str:
    return _(", ").join(labels.label(each) for each in row.profile.functions)


def _districts(row: "StaffRow") -> str:
    return _(", ").join(row.profile.districts)


def _capacity(row: "StaffRow") -> str:
    return _("{visits} / {calls}").format(
        visits=row.profile.visits_a_day, calls=row.profile.calls_a_day
    )


def _left(row: "StaffRow") -> str:
    day = row.profile.left_on
    if day is None:
        return ""
    text = _("left on {day}") if day < clock.today() else _("leaves on {day}")
    return text.format(day=day.isoformat())


STAFF_COLUMNS: Final[list[Column["StaffRow"]]] = [
    Column("name", N_("Employee"), lambda row: row.name, width=88),
    Column(
        "left_on", N_("Last day of work"), lambda row: row.profile.left_on, _left, width=118
    ),
    Column("functions", N_("Functions"), _functions, width=148),
    Column("department", N_("Department"), lambda row: row.profile.department, width=110),
    Column("store", N_("Store"), lambda row: row.store, width=92),
    Column("districts", N_("Goes to districts"), _districts, width=124),
    Column("manager", N_("Manager"), lambda row: row.manager, width=72),
    Column("hired_on", N_("Hired on"), lambda row: row.profile.hired_on, width=116),
    Column(
        "capacity", N_("Visits / calls a day"), lambda row: row.profile.visits_a_day, _capacity,
        align=Align.RIGHT, width=128,
    ),
    Column(
        "most", N_("Customers at most"), lambda row: row.profile.most_customers,
        align=Align.RIGHT, width=132,
    ),
]  # fmt: skip

ABSENCE_COLUMNS: Final[list[Column["AbsenceRow"]]] = [
    Column("first_on", N_("From day"), lambda row: row.first_on, width=140),
    Column("last_on", N_("Until day"), lambda row: row.last_on, width=140),
    Column("kind", N_("Kind"), lambda row: row.kind, width=110),
    Column("note", N_("Note"), lambda row: row.note),
]
