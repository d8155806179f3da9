"""The tables of the report about the team."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from db import reference
from desktop_app.columns import Align, Column, Kind
from desktop_app.domain import script_paths
from desktop_app.domain.watch import Followed
from desktop_app.i18n import N_, _, language
from desktop_app.labels import UNKNOWN, label, number, percent
from desktop_app.reports.base import Table
from desktop_app.reports.shares import interval_text, words_of
from desktop_app.reports.team_charts import approach_name, staying
from desktop_app.reports.team_criteria import of_approach, of_load, of_speed, of_unit
from desktop_app.reports.team_words import (
    STANDINGS,
    arm_name,
    choice_text,
    hours_text,
    step_text,
    verdict_text,
)
from desktop_app.services.experiments import ArmFigures, ExperimentFigures
from desktop_app.services.team_figures import (
    MONTHS,
    RETURN_DAYS,
    AfterSave,
    ScriptName,
    TeamFigures,
    TeamFilter,
    Unit,
)
from desktop_app.services.team_work import Load, Speed, Work

FollowedOf = Callable[[AfterSave], Followed]
RowT = TypeVar("RowT")
_RIGHT = Align.RIGHT
_DAYS = (
    (30, N_("After 30 days")),
    (90, N_("After 90 days")),
    (180, N_("After 180 days")),
    (365, N_("After 365 days")),
)
_RETURNED = (N_("Returned in 30 days"), N_("Returned in 90 days"))
_LEFT = (N_("Left again in 6 months"), N_("Left again in 12 months"))
_BRANCHES = 60
_NAME, _NUMBER, _INTERVAL, _WORDS, _ARM = 110, 90, 120, 150, 260  # pixels
_WIDE_NUMBER = 106


def _percent(
    name: str, title: str, read: Callable[[RowT], float | None], width: int | None = _NUMBER
) -> Column[RowT]:
    return Column(name, title, read, align=_RIGHT, kind=Kind.PERCENT, width=width)


def units(title: str, first: str, rows: Sequence[Unit], minimum: int, key: str) -> Table:
    """Saves by person or store, with what was to be expected."""
    return Table(
        title,
        [
            Column("name", first, lambda unit: unit.name.name or _("nobody"), width=_NAME),
            Column(
                "closed", N_("Closed"), lambda unit: unit.saves.closed, align=_RIGHT, width=_NUMBER
            ),
            Column(
                "contacted",
                N_("Contacted"),
                lambda unit: unit.saves.of_contacted.rate.n,
                align=_RIGHT,
                width=_NUMBER,
            ),
            _percent("saved", N_("Saved"), lambda unit: unit.saves.of_contacted.share),
            Column(
                "interval",
                N_("95% interval"),
                lambda unit: interval_text(unit.saves.of_contacted.interval),
                align=_RIGHT,
                width=_INTERVAL,
            ),
            Column(
                "saves",
                N_("Saves"),
                lambda unit: unit.saves.of_contacted.rate.hits,
                align=_RIGHT,
                width=_NUMBER,
            ),
            Column(
                "expected",
                N_("Expected"),
                lambda unit: unit.adjusted.expected if unit.adjusted else None,
                lambda unit: number(unit.adjusted.expected if unit.adjusted else None, 1),
                align=_RIGHT,
                width=_NUMBER,
            ),
            Column("standing", N_("Standing"), _standing, width=_WORDS),
            _percent(
                "confirmed",
                N_("Confirmed"),
                lambda unit: unit.saves.confirmed_of_contacted.share,
                _WIDE_NUMBER,
            ),
            _percent(
                "failed",
                N_("Did not hold"),
                lambda unit: unit.saves.lost_deflects.share,
                _WIDE_NUMBER,
            ),
        ],
        rows,
        note=_("shares of those contacted; grey: fewer than {small}").format(small=minimum),
        faint=lambda unit: not unit.saves.of_contacted.is_enough,
        cases=of_unit(key),
    )


def _standing(unit: Unit) -> str:
    return _(STANDINGS[unit.adjusted.standing]) if unit.adjusted else UNKNOWN


def still_there(found: TeamFigures) -> Table:
    """How long saves last, by approach."""
    return Table(
        _("Still there after a save"),
        [
            Column("approach", N_("Approach"), lambda one: approach_name(one.approach)),
            Column("n", N_("Saves"), lambda one: one.curve.n, align=_RIGHT),
            Column("left", N_("Left again"), lambda one: one.curve.left, align=_RIGHT),
            *(_staying(day, title) for day, title in _DAYS),
            Column(
                "median", N_("Half had left by day"), lambda one: one.curve.median, align=_RIGHT
            ),
        ],
        found.after,
        note=_("grey: fewer than {small}").format(small=found.minimum),
        faint=lambda one: not one.curve.is_enough,
        cases=of_approach,
    )


def _staying(day: int, title: str) -> Column[AfterSave]:
    return _percent(f"day_{day}", title, lambda one: staying(one.curve, day), None)


def comparison(found: TeamFigures) -> Table:
    """How soon customers return, and how many leave again, by approach."""
    columns: list[Column[AfterSave]] = [
        Column("approach", N_("Approach"), lambda one: approach_name(one.approach))
    ]
    for days, title in zip(RETURN_DAYS, _RETURNED, strict=True):
        columns += _followed(f"returned_{days}", title, _returned(days), found.minimum)
    for months, title in zip(MONTHS, _LEFT, strict=True):
        columns += _followed(f"left_{months}", title, _left(months), found.minimum)
    return Table(
        _("Comparison of the approaches"),
        columns,
        found.after,
        note=_(
            "a quick return must not be the only measure of success; left open: fewer than {small}"
        ).format(small=found.minimum),
        faint=lambda one: one.returned[RETURN_DAYS[0]].rate.n < found.minimum,
        cases=of_approach,
    )


def _returned(days: int) -> FollowedOf:
    return lambda one: one.returned[days]


def _left(months: int) -> FollowedOf:
    return lambda one: one.re_churn[months]


def _followed(name: str, title: str, read: FollowedOf, minimum: int) -> list[Column[AfterSave]]:
    """A share with its n; left open while there are not enough."""
    return [
        Column(f"{name}_n", N_("n"), lambda one: read(one).rate.n, align=_RIGHT),
        _percent(
            name,
            title,
            lambda one: read(one).rate.share if read(one).rate.n >= minimum else None,
            None,
        ),
    ]


# ---------------------------------------------------------------- scripts


def script_versions(found: TeamFigures) -> Table:
    """Outcome by version of a script and group of reasons."""
    return Table(
        _("Outcome by version"),
        [*_script_columns(), *_outcome_columns()],
        found.scripts.versions,
        note=_("versions are compared within one group of reasons"),
        faint=lambda one: not one.is_enough,
    )


def script_branches(found: TeamFigures, most: int = _BRANCHES) -> Table:
    """Outcome by step and choice; the branches most calls took, at most so many."""
    branches = sorted(
        (one for one in found.scripts.branches if one.turns[0][1] is not None),
        key=lambda one: -one.rate.n,
    )
    shown = branches[:most]
    contents = found.scripts.contents

    def step(one: script_paths.Outcomes[ScriptName]) -> str:
        return step_text(contents[one.version], one.turns[0][0])

    def choice(one: script_paths.Outcomes[ScriptName]) -> str:
        key, code = one.turns[0]
        return choice_text(contents[one.version], key, code or "")

    return Table(
        _("Outcome by branch"),
        [
            *_script_columns(),
            Column("step", N_("Step"), step),
            Column("choice", N_("Choice"), choice),
            *_outcome_columns(),
        ],
        shown,
        note=_("{shown} of {all} branches, those of the most calls first").format(
            shown=len(shown), all=len(branches)
        ),
        faint=lambda one: not one.is_enough,
    )


def _script_columns() -> list[Column[script_paths.Outcomes[ScriptName]]]:
    groups = {group.code: group for group in reference.reason_groups()}

    def group_name(one: script_paths.Outcomes[ScriptName]) -> str:
        group = groups.get(one.reason_group or "")
        return _("not known") if group is None else reference.text(group, language())

    return [
        Column("script", N_("Script"), lambda one: words_of((one.version.zh, one.version.en))),
        Column("version", N_("Version"), lambda one: one.version.number, align=_RIGHT),
        Column("group", N_("Group of reasons"), group_name),
    ]


def _outcome_columns() -> list[Column[script_paths.Outcomes[ScriptName]]]:
    return [
        Column("calls", N_("Calls"), lambda one: one.rate.n, align=_RIGHT),
        Column(
            "saved",
            N_("Saved"),
            lambda one: one.share,
            lambda one: _("not enough calls yet") if one.share is None else percent(one.share),
            align=_RIGHT,
            kind=Kind.PERCENT,
        ),
        Column(
            "interval", N_("95% interval"), lambda one: interval_text(one.interval), align=_RIGHT
        ),
    ]


# ---------------------------------------------------------------- work


def speeds(found: Work, minimum: int, criteria: TeamFilter) -> Table:
    """Time to the first contact, by class."""
    return Table(
        _("From detection to the first contact"),
        [
            Column("klass", N_("Class"), _klass),
            Column("contacted", N_("Contacted"), lambda one: one.contacted, align=_RIGHT),
            Column("waiting", N_("Nobody called yet"), lambda one: one.waiting, align=_RIGHT),
            Column(
                "median",
                N_("Half within, hours"),
                lambda one: one.median_hours,
                lambda one: hours_text(one.median_hours),
                align=_RIGHT,
            ),
            Column("quartiles", N_("Middle half, hours"), _quartiles, align=_RIGHT),
            _percent("in_time", N_("In time"), lambda one: one.in_time.share),
            Column("in_time_n", N_("n"), lambda one: one.in_time.rate.n, align=_RIGHT),
        ],
        found.speed,
        note=_("cases opened in the period; grey: fewer than {small}").format(small=minimum),
        faint=lambda one: not one.is_enough,
        cases=of_speed(criteria),
    )


def _klass(one: Speed) -> str:
    return _("All classes") if one.klass is None else label(one.klass)


def _quartiles(one: Speed) -> str:
    if one.quartiles is None:
        return UNKNOWN
    low, high = one.quartiles
    return f"{hours_text(low)} – {hours_text(high)}"


@dataclass(frozen=True, slots=True)
class _Attempts:
    attempts: int
    cases: int


def attempts(found: TeamFigures) -> Table:
    """How many closed cases had so many attempts."""
    rows = [_Attempts(count, cases) for count, cases in sorted(found.attempts.items())]
    return Table(
        _("Attempts to a closed case"),
        [
            Column("attempts", N_("Attempts"), lambda row: row.attempts, align=Align.LEFT),
            Column("cases", N_("Cases"), lambda row: row.cases, align=_RIGHT),
        ],
        rows,
        total={"cases": sum(row.cases for row in rows)},
    )


def loads(rows: Sequence[Load]) -> Table:
    """Contacts ahead by person."""
    return Table(
        _("Contacts in the next two weeks"),
        [
            Column("name", N_("Owner"), lambda load: load.name.name),
            Column(
                "today",
                N_("First day"),
                lambda load: load.days[0].due if load.days else None,
                align=_RIGHT,
            ),
            Column("due", N_("Planned"), lambda load: load.due, align=_RIGHT),
            Column(
                "expected",
                N_("To follow"),
                lambda load: load.expected,
                lambda load: number(load.expected, 1),
                align=_RIGHT,
            ),
            Column(
                "capacity",
                N_("Can be made in a day"),
                lambda load: load.days[0].capacity if load.days else None,
                align=_RIGHT,
            ),
            Column("full_on", N_("More than fits on"), lambda load: load.full_on),
        ],
        rows,
        note=_("what does not fit is carried to the next day"),
        cases=of_load,
    )


# ---------------------------------------------------------------- experiments


def arms(found: ExperimentFigures, minimum: int) -> Table:
    """The arms of an experiment."""
    return Table(
        found.row.title,
        arm_columns(),
        found.arms,
        note=_(
            "may be looked at every day: the interval holds on all days at once; grey: fewer than "
            "{small}"
        ).format(small=minimum),
        faint=lambda arm: not arm.is_enough,
    )


def arm_columns() -> list[Column[ArmFigures]]:
    """An arm: its customers, what was saved and confirmed, and both beside the first arm."""
    return [
        Column("arm", N_("Arm"), arm_name, width=_ARM),
        Column("customers", N_("Customers"), lambda arm: arm.customers, align=_RIGHT),
        Column("open", N_("Still open"), lambda arm: arm.open, align=_RIGHT),
        Column("n", N_("Closed"), lambda arm: arm.saved.n, align=_RIGHT),
        _percent("saved", N_("Saved"), lambda arm: arm.saved.share),
        Column("verdict", N_("Beside the first arm"), lambda arm: verdict_text(arm.against_first)),
        Column("decided", N_("Decided"), lambda arm: arm.confirmed.n, align=_RIGHT),
        _percent("confirmed", N_("Confirmed"), lambda arm: arm.confirmed.share),
        Column(
            "confirmed_verdict",
            N_("Confirmed, beside the first arm"),
            lambda arm: verdict_text(arm.confirmed_against_first),
        ),
    ]
