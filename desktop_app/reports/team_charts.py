"""The charts about the team: saves beside the expectation, how long they last, attempts, load."""

from collections.abc import Callable, Sequence
from typing import Final

from db.queries.closed import ClosedGroup
from db.vocabulary import Approach
from desktop_app.columns import Align, Column
from desktop_app.domain import survival
from desktop_app.domain.case_mix import Standing
from desktop_app.i18n import N_, _
from desktop_app.labels import label, number, percent
from desktop_app.reports.base import (
    PERCENT,
    SMALL_N,
    Figure,
    FigureKind,
    GivenColumn,
    Series,
    Table,
)
from desktop_app.reports.team_criteria import of_load
from desktop_app.reports.team_words import STANDINGS
from desktop_app.services.team_figures import TeamFigures, Unit
from desktop_app.services.team_work import Load

_STEPS: Final = (7, 14, 30, 60, 90)
"""Days between two points of a curve: the first with which the curve has few enough points."""

_MOST_POINTS: Final = 26
_MOST_UNITS: Final = 40
_NAME, _NUMBER, _DAY = 120, 84, 60  # pixels
_TELLING: Final = frozenset(
    {Standing.FAR_ABOVE, Standing.ABOVE, Standing.BELOW, Standing.FAR_BELOW}
)


def approach_name(approach: Approach | None) -> str:
    """Name of an approach; all of them together without one."""
    return _("All saves") if approach is None else label(approach)


def saves_figure(title: str, units: Sequence[Unit], minimum: int) -> Figure | None:
    """Saved share of each person or store beside what the same cases would have brought all.

    The most cases first: their ranges are the narrowest. None while there is nobody.
    """
    known = [(unit, unit.adjusted) for unit in units if unit.adjusted and unit.adjusted.cases]
    known.sort(key=lambda pair: -pair[1].cases)
    shown = known[:_MOST_UNITS]
    if not shown:
        return None
    note = _(
        "dot: saved of those contacted, in per cent; tick: expected with these cases; band: what "
        "chance explains in 95 of 100; grey: fewer than {small}"
    ).format(small=minimum)
    if len(shown) < len(known):
        many = _("{shown} of {all}, those with the most cases")
        note += "; " + many.format(shown=len(shown), all=len(known))
    return Figure(
        FigureKind.RANGE,
        title,
        tuple(unit.name.name or _("nobody") for unit, _one in shown),
        (
            Series(_("Saved"), tuple(_share(one.saved, one.cases) for _unit, one in shown)),
            Series(_("Expected"), tuple(_share(one.expected, one.cases) for _unit, one in shown)),
            Series(
                _("By chance from"),
                tuple(_share(one.limits.low, one.cases) for _unit, one in shown),
            ),
            Series(
                _("By chance to"), tuple(_share(one.limits.high, one.cases) for _unit, one in shown)
            ),
        ),
        keys=tuple(str(unit.name.id or "") for unit, _one in shown),
        criterion="owner_id",
        unit=PERCENT,
        note=note,
        labels=tuple(_end(one.saved, one.cases, one.standing) for _unit, one in shown),
        faint=frozenset(
            place for place, (_unit, one) in enumerate(shown) if one.standing is Standing.NOT_ENOUGH
        ),
    )


def _share(part: float, whole: int) -> float:
    return round(100 * part / whole, 1)


def _end(saved: int, cases: int, standing: Standing) -> str:
    share = _("{share} of {n}").format(share=percent(saved / cases, 0), n=number(cases))
    return f"{share} · {_(STANDINGS[standing])}" if standing in _TELLING else share


def survival_figure(found: TeamFigures, note: str = "") -> Figure | None:
    """The share that is still there, approach by approach; None while nothing can be drawn."""
    drawn = [one for one in found.after if one.curve.is_enough]
    last = max((one.curve.points[-1].day for one in drawn), default=0)
    fitting = (step for step in _STEPS if last // step < _MOST_POINTS)
    step = next(fitting, _STEPS[-1])
    days = range(0, min(last, step * (_MOST_POINTS - 1)) + 1, step)
    if len(days) < 2:  # noqa: PLR2004  (a line needs two points)
        return None
    small = _(
        "by days after the save; approaches with fewer than {small} saves are left out"
    ).format(small=found.minimum)
    return Figure(
        FigureKind.STEP,
        _("Still there after a save"),
        tuple(str(day) for day in days),
        tuple(
            Series(approach_name(one.approach), tuple(staying(one.curve, day, 1) for day in days))
            for one in drawn
        ),
        keys=(ClosedGroup.SAVED.value,) * len(days),
        criterion="closed_group",
        unit=PERCENT,
        note=f"{note}  {small}" if note else small,
    )


def staying(curve: survival.Curve, day: int, digits: int | None = None) -> float | None:
    """Share that is still there; None where only a few are still followed."""
    point = curve.at(day)
    if point is None:
        return None
    followed = point.at_risk - (point.left + point.censored if point.day < day else 0)
    if followed < SMALL_N:
        return None
    return point.staying if digits is None else round(100 * point.staying, digits)


def attempts_figure(found: TeamFigures) -> Figure | None:
    """How many closed cases had so many attempts; None without any."""
    if not found.attempts:
        return None
    counts = range(max(found.attempts) + 1)
    return Figure(
        FigureKind.BAR,
        _("Attempts to a closed case"),
        tuple(map(str, counts)),
        (Series(_("Cases"), tuple(float(found.attempts[count]) for count in counts)),),
        keys=tuple(map(str, counts)),
        criterion="attempts",
        unit=_("Cases"),
        note=_("calls, visits and messages by staff; n = {n}").format(
            n=number(sum(found.attempts.values()))
        ),
    )


def load_by_day(rows: Sequence[Load]) -> Table:
    """Contacts ahead of each person on each working day, due and expected together."""
    days = [day.day for day in rows[0].days] if rows else []
    columns: list[Column[Load]] = [
        Column("name", N_("Owner"), lambda load: load.name.name, width=_NAME)
    ]
    columns += [
        GivenColumn(
            f"day_{place}",
            f"{day:%m-%d}",
            _total(place),
            _full(place),
            align=Align.RIGHT,
            width=_DAY,
        )
        for place, day in enumerate(days)
    ]
    columns += [
        Column("due", N_("Planned"), lambda load: load.due, align=Align.RIGHT, width=_NUMBER),
        Column(
            "expected",
            N_("To follow"),
            lambda load: load.expected,
            lambda load: number(load.expected, 0),
            align=Align.RIGHT,
            width=_NUMBER,
        ),
        Column("full_on", N_("More than fits on"), lambda load: load.full_on),
    ]
    return Table(
        _("Contacts in the next two weeks"),
        columns,
        rows,
        note=_("contacts planned and to be expected, by day; ! : more than one person can make"),
        cases=of_load,
    )


def _total(place: int) -> Callable[[Load], object]:
    return lambda load: load.days[place].total


def _full(place: int) -> Callable[[Load], str]:
    def text(load: Load) -> str:
        day = load.days[place]
        return f"{number(day.total, 0)}{' !' if day.left_over > 0 else ''}"

    return text
