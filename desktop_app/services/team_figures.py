"""The figures of the team: saves, confirmed saves, what followed them, expected against observed.

Everybody sees the figures of the own cases, who assigns work those of the store, the others all.
What was to be expected always rests on the rates of the whole business. Each figure says what it is
made of and whether that is enough (30); what cannot be computed is None.
"""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy.orm import Session

from db.queries import team as queries
from db.queries import watch as watch_queries
from db.queries.scope import EVERYTHING, Reach
from db.queries.team import ClosedCase, TeamFilter
from db.vocabulary import Approach, SaveState
from desktop_app.domain import case_mix, script_paths, scripts, survival, watch
from desktop_app.domain.case_mix import Adjusted, Cell
from desktop_app.domain.kpis import Interval
from desktop_app.domain.permissions import Action
from desktop_app.domain.rates import Rate
from desktop_app.domain.script_paths import Outcomes, ScriptCall
from desktop_app.domain.script_runs import from_json
from desktop_app.domain.scripts import Script
from desktop_app.domain.significance import ENOUGH
from desktop_app.domain.survival import Curve, LogRank
from desktop_app.domain.watch import Followed, Regained
from desktop_app.services import access, detection, outcome_settings
from desktop_app.services.insights import Named

__all__ = ["TeamFigures", "TeamFilter", "figures", "limited"]

REFERENCE: Final = 0.5
"""About one half of those who want to leave can be kept (F-10, MBNA)."""

MONTHS: Final = (6, 12)
RETURN_DAYS: Final = (30, 90)

Stratum = tuple[str | None, str, str]


@dataclass(frozen=True, slots=True)
class Share:
    """A share with what it is made of, and whether that is enough to read it."""

    rate: Rate
    is_enough: bool

    @property
    def share(self) -> float | None:
        """The share; None of nothing."""
        return self.rate.share

    @property
    def interval(self) -> Interval | None:
        """Its Wilson interval, 95 %."""
        return self.rate.interval


@dataclass(frozen=True, slots=True)
class Saves:
    """Saves of some cases.

    Attributes:
        closed: Cases closed in the period.
        of_contacted: Saved of those who were reached (F-10).
        of_everybody: Saved of all who wanted to leave.
        confirmed_of_contacted: Confirmed by an order, of the cases closed long enough ago.
        confirmed_of_everybody: The same of all.
        lost_deflects: Saves that did not hold, of the saves decided.
        watching: Saves that are still watched.
        too_recent: Cases closed so lately that a save of them could still be watched.
    """

    closed: int
    of_contacted: Share
    of_everybody: Share
    confirmed_of_contacted: Share
    confirmed_of_everybody: Share
    lost_deflects: Share
    watching: int
    too_recent: int

    @property
    def above_reference(self) -> bool | None:
        """Whether the save rate of those reached differs from one half; None: not shown."""
        interval = self.of_contacted.interval
        if interval is None or not self.of_contacted.is_enough:
            return None
        if interval.low > REFERENCE:
            return True
        return False if interval.high < REFERENCE else None


@dataclass(frozen=True, slots=True)
class Unit:
    """Saves of a person or a store, and where they lie beside the same cases of all."""

    name: Named
    saves: Saves
    adjusted: Adjusted[uuid.UUID | None] | None


@dataclass(frozen=True, slots=True)
class AfterSave:
    """What followed the saves of one approach; None is all of them.

    Return and re-churn leave out those too recent to be followed so long, and say how many.
    Re-churn is of the confirmed saves: who left within the window was never saved.
    """

    approach: Approach | None
    curve: Curve
    returned: dict[int, Followed]
    re_churn: dict[int, Followed]


@dataclass(frozen=True, slots=True)
class ScriptFigures:
    """Outcome by version of a script, and by branch; a version is code, words and number.

    `contents` has what each version says.
    """

    versions: tuple[Outcomes["ScriptName"], ...]
    branches: tuple[Outcomes["ScriptName"], ...]
    contents: Mapping["ScriptName", Script]


@dataclass(frozen=True, slots=True)
class ScriptName:
    """A version of a script."""

    code: str
    zh: str
    en: str
    number: int


@dataclass(frozen=True, slots=True)
class TeamFigures:
    """What the page of the team shows of closed cases.

    Attributes:
        as_of: Day up to which orders are known.
        minimum: Cases below which a figure says nothing yet.
        saves: Of all cases in sight.
        agents: By person, in the order of names.
        stores: By store.
        after: What followed the saves: all, then each approach.
        approaches: Log-rank test between the approaches.
        no_approach: Saves without an approach, which are in no comparison.
        scripts: Outcome of the scripts.
        coupons: Redeemed of those issued; None without any.
        attempts: How many closed cases had so many attempts.
    """

    as_of: dt.date
    minimum: int
    saves: Saves
    agents: tuple[Unit, ...]
    stores: tuple[Unit, ...]
    after: tuple[AfterSave, ...]
    approaches: LogRank[Approach]
    no_approach: int
    scripts: ScriptFigures
    coupons: Share | None
    attempts: Counter[int]


def limited(session: Session, criteria: TeamFilter) -> TeamFilter:
    """The same criteria, limited to the figures the actor may see: own, the store's, all."""
    access.require(session, Action.REPORT)
    visible = access.visible(session)
    match visible.reach:
        case Reach.ALL:
            return replace(criteria, visible=EVERYTHING)
        case Reach.STORE:
            return replace(criteria, visible=visible)
        case _:
            return replace(criteria, visible=EVERYTHING, owner_id=visible.user_id)


def figures(
    session: Session, criteria: TeamFilter | None = None, minimum: int = ENOUGH
) -> TeamFigures:
    """All figures of the closed cases that the actor may see."""
    access.require(session, Action.REPORT)
    wanted = limited(session, criteria or TeamFilter())
    as_of = detection.reference_date(session)
    longest = outcome_settings.read(session).longest_watch
    cases = queries.closed_cases(session, wanted)

    def saves_of(some: Sequence[ClosedCase]) -> Saves:
        return _saves(some, as_of, longest, minimum)

    everybodys = queries.closed_cases(session, TeamFilter(wanted.start, wanted.end))
    redeemed, issued = queries.coupons(session, wanted)
    saves = [case for case in cases if case.is_saved and case.save_state is not None]
    regained = _regained(session, wanted, saves, as_of)
    groups = {
        approach: [case for case in saves if case.approach is approach] for approach in Approach
    }
    return TeamFigures(
        as_of=as_of,
        minimum=minimum,
        saves=saves_of(cases),
        agents=_units(
            cases, everybodys, lambda case: Named(case.owner_id, case.owner), saves_of, minimum
        ),
        stores=_units(
            cases, everybodys, lambda case: Named(case.store_id, case.store), saves_of, minimum
        ),
        after=tuple(
            _after(approach, some, regained, as_of, minimum)
            for approach, some in ((None, saves), *groups.items())
        ),
        approaches=survival.log_rank(
            {
                approach: [watch.stay_of(regained[case.id], as_of) for case in some]
                for approach, some in groups.items()
            },
            minimum,
        ),
        no_approach=sum(case.approach is None for case in saves),
        scripts=_scripts(session, wanted, minimum),
        coupons=_share(redeemed, issued, minimum) if issued else None,
        attempts=Counter(case.attempts for case in cases),
    )


def _share(hits: int, n: int, minimum: int) -> Share:
    return Share(Rate(hits, n), n >= minimum)


def _saves(cases: Sequence[ClosedCase], as_of: dt.date, longest: int, minimum: int) -> Saves:
    """Saves of some cases; confirmed ones of those closed so long ago that all is decided.

    A save that nobody ever watched is left out of what is confirmed.
    """

    def rates(some: Sequence[ClosedCase], hit: Callable[[ClosedCase], bool]) -> tuple[Share, Share]:
        contacted = [case for case in some if case.is_contacted]
        return (
            _share(sum(map(hit, contacted)), len(contacted), minimum),
            _share(sum(map(hit, some)), len(some), minimum),
        )

    followed = [case for case in cases if _last_watched(case, longest) < as_of]
    decided = [
        case
        for case in followed
        if not case.is_saved or case.save_state not in (None, SaveState.WATCHING)
    ]
    of_contacted, of_everybody = rates(cases, lambda case: case.is_saved)
    confirmed, confirmed_of_all = rates(
        decided, lambda case: case.save_state is SaveState.CONFIRMED
    )
    states = Counter(case.save_state for case in cases)
    held, failed = states[SaveState.CONFIRMED], states[SaveState.LOST_DEFLECT]
    return Saves(
        len(cases),
        of_contacted,
        of_everybody,
        confirmed,
        confirmed_of_all,
        _share(failed, held + failed, minimum),
        states[SaveState.WATCHING],
        len(cases) - len(followed),
    )


def _last_watched(case: ClosedCase, longest: int) -> dt.date:
    """The day after which a save of this case would be decided, whatever became of it."""
    usual = watch.watch_until(case.closed_on, longest)
    return usual if case.watch_until is None else max(usual, case.watch_until)


def _units(
    cases: Sequence[ClosedCase],
    everybodys: Sequence[ClosedCase],
    name_of: Callable[[ClosedCase], Named],
    saves_of: Callable[[Sequence[ClosedCase]], Saves],
    minimum: int,
) -> tuple[Unit, ...]:
    """Each person or store with its cases in sight; the expectation rests on the rates of all."""
    groups: dict[Named, list[ClosedCase]] = {}
    for case in cases:
        groups.setdefault(name_of(case), []).append(case)
    ordered = sorted(groups, key=lambda named: (named.name, str(named.id)))
    adjusted = {
        one.unit: one
        for one in case_mix.adjust(
            _cells(cases, name_of), minimum=minimum, of_all=_cells(everybodys, name_of)
        )
    }
    return tuple(Unit(named, saves_of(groups[named]), adjusted.get(named.id)) for named in ordered)


def _cells(
    cases: Sequence[ClosedCase], name_of: Callable[[ClosedCase], Named]
) -> list[Cell[uuid.UUID | None]]:
    """The cases that were reached, and the saves of them, by person or store and stratum."""
    reached = Counter((name_of(case).id, _stratum(case)) for case in cases if case.is_contacted)
    saved = Counter((name_of(case).id, _stratum(case)) for case in cases if case.is_saved)
    return [Cell(unit, stratum, n, saved[unit, stratum]) for (unit, stratum), n in reached.items()]


def _stratum(case: ClosedCase) -> Stratum:
    """What makes cases comparable: group of reasons, class, kind of departure."""
    return (case.reason_group, case.klass, case.kind)


# ---------------------------------------------------------------- after a save


def _regained(
    session: Session, criteria: TeamFilter, saves: Sequence[ClosedCase], as_of: dt.date
) -> dict[uuid.UUID, Regained]:
    """What followed each save. One that did not hold ended with its window, or when left again."""
    which = queries.saved_conditions(criteria)
    first = min((case.closed_on for case in saves), default=as_of)
    orders = watch_queries.orders_since(session, which, first, as_of)
    left = watch_queries.left_again(session, which)
    found = {}
    for case in saves:
        ends = [day for day in (left.get(case.id),) if day is not None]
        if case.save_state is SaveState.LOST_DEFLECT and case.watch_until is not None:
            ends.append(case.watch_until)
        bought = watch.first_order(orders.get(case.id, ()), case.closed_on)
        found[case.id] = Regained(case.closed_on, bought, min(ends, default=None))
    return found


def _after(
    approach: Approach | None,
    saves: Sequence[ClosedCase],
    regained: dict[uuid.UUID, Regained],
    as_of: dt.date,
    minimum: int,
) -> AfterSave:
    every = [regained[case.id] for case in saves]
    held = [regained[case.id] for case in saves if case.save_state is SaveState.CONFIRMED]
    return AfterSave(
        approach,
        survival.kaplan_meier([watch.stay_of(one, as_of) for one in every], minimum),
        {days: watch.return_rate(every, as_of, days) for days in RETURN_DAYS},
        {months: watch.re_churn(held, as_of, months) for months in MONTHS},
    )


# ---------------------------------------------------------------- scripts


def _scripts(session: Session, criteria: TeamFilter, minimum: int) -> ScriptFigures:
    calls = [
        ScriptCall(
            ScriptName(run.script, run.zh, run.en, run.number),
            run.reason_group,
            tuple((reply.step, reply.choice) for reply in from_json(run.path)),
            run.is_saved,
        )
        for run in queries.ended_runs(session, criteria)
    ]
    contents = {
        ScriptName(code, zh, en, number): scripts.read(content)
        for code, zh, en, number, content in queries.versions_run(session, criteria)
    }
    return ScriptFigures(
        script_paths.by_version(calls, minimum), script_paths.by_branch(calls, minimum), contents
    )
