"""`figures team`: the figures of the team with what each is made of."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from desktop_app.cli import output
from desktop_app.cli.options import UsageProblemError
from desktop_app.cli.state import parse_day, state_of
from desktop_app.i18n import N_, _

if TYPE_CHECKING:
    from desktop_app.domain.experiments import ReadOut
    from desktop_app.domain.kpis import Interval
    from desktop_app.domain.rates import Rate
    from desktop_app.domain.script_paths import Outcomes
    from desktop_app.domain.survival import Curve
    from desktop_app.domain.watch import Followed
    from desktop_app.services.experiments import ExperimentFigures
    from desktop_app.services.team_figures import (
        AfterSave,
        Saves,
        ScriptName,
        Share,
        TeamFigures,
        Unit,
    )
    from desktop_app.services.team_work import Load, Speed, Work

Document = dict[str, Any]
_DAYS = (30, 60, 90, 180, 365)


def team(
    context: typer.Context,
    start: Annotated[
        str, typer.Option("--from", metavar="DATE", help=N_("Cases closed from this day on."))
    ] = "",
    end: Annotated[
        str, typer.Option("--to", metavar="DATE", help=N_("Cases closed until this day."))
    ] = "",
) -> None:
    """Saves, confirmed saves, survival, expected against observed, scripts, work, comparisons."""
    from desktop_app.services import experiments, team_figures, team_work  # noqa: PLC0415
    from desktop_app.services.team_figures import TeamFilter  # noqa: PLC0415

    first, last = (parse_day(text) if text else None for text in (start, end))
    if first is not None and last is not None and last < first:
        raise UsageProblemError(_("The period ends before it starts."))
    state = state_of(context)
    criteria = TeamFilter(first, last)
    with state.read() as session:
        found = team_figures.figures(session, criteria)
        at_work = team_work.work(session, criteria)
        compared = experiments.figures(session)
    document = {
        "from": first,
        "to": last,
        **_figures(found),
        **_work(at_work),
        "experiments": [experiment_document(one) for one in compared],
    }
    if state.options.as_json:
        output.say_json(document)
    else:
        output.say_tree(document)


def _figures(found: "TeamFigures") -> Document:
    return {
        "as_of": found.as_of,
        "minimum_n": found.minimum,
        "saves": _saves(found.saves),
        "agents": [_unit(one) for one in found.agents],
        "stores": [_unit(one) for one in found.stores],
        "after_save": [_after(one, found.minimum) for one in found.after],
        "approaches": {
            "test": "log-rank",
            "statistic": found.approaches.statistic,
            "p": found.approaches.p,
            "verdict": found.approaches.verdict,
            "no_approach": found.no_approach,
        },
        "scripts": {
            "versions": [_outcome(one) for one in found.scripts.versions],
            "branches": [_outcome(one) for one in found.scripts.branches],
        },
        "coupons": None if found.coupons is None else _share(found.coupons),
        "attempts": {str(count): cases for count, cases in sorted(found.attempts.items())},
    }


def _rate(rate: "Rate", *, is_enough: bool) -> Document:
    return {
        "hits": rate.hits,
        "n": rate.n,
        "share": rate.share,
        "interval": _interval(rate.interval),
        "is_enough": is_enough,
    }


def _share(share: "Share") -> Document:
    return _rate(share.rate, is_enough=share.is_enough)


def _interval(interval: "Interval | None") -> list[float] | None:
    return None if interval is None else [interval.low, interval.high]


def _saves(saves: "Saves") -> Document:
    from desktop_app.services.team_figures import REFERENCE  # noqa: PLC0415

    return {
        "closed": saves.closed,
        "of_contacted": _share(saves.of_contacted),
        "of_everybody": _share(saves.of_everybody),
        "reference": REFERENCE,
        "above_reference": saves.above_reference,
        "confirmed_of_contacted": _share(saves.confirmed_of_contacted),
        "confirmed_of_everybody": _share(saves.confirmed_of_everybody),
        "lost_deflects": _share(saves.lost_deflects),
        "watching": saves.watching,
        "too_recent": saves.too_recent,
    }


def _unit(unit: "Unit") -> Document:
    adjusted = unit.adjusted
    return {
        "id": unit.name.id and str(unit.name.id),
        "name": unit.name.name,
        "saves": _saves(unit.saves),
        "expected": adjusted and adjusted.expected,
        "observed": adjusted and adjusted.saved,
        "adjusted": adjusted and adjusted.adjusted,
        "limits": adjusted and output.plain(adjusted.limits),
        "standing": adjusted and adjusted.standing,
    }


def _followed(by_length: "Mapping[int, Followed]", minimum: int) -> Document:
    return {
        str(length): _rate(one.rate, is_enough=one.rate.n >= minimum)
        | {"too_recent": one.too_recent}
        for length, one in by_length.items()
    }


def _after(one: "AfterSave", minimum: int) -> Document:
    return {
        "approach": one.approach,
        "survival": _curve(one.curve),
        "returned_days": _followed(one.returned, minimum),
        "left_again_months": _followed(one.re_churn, minimum),
    }


def _curve(curve: "Curve") -> Document:
    points = {day: curve.at(day) for day in _DAYS}
    return {
        "n": curve.n,
        "left": curve.left,
        "is_enough": curve.is_enough,
        "median_days": curve.median,
        "staying": {
            str(day): None
            if point is None
            else {
                "share": point.staying,
                "interval": _interval(point.interval),
                "at_risk": point.at_risk,
            }
            for day, point in points.items()
        },
    }


def _outcome(one: "Outcomes[ScriptName]") -> Document:
    return {
        "script": one.version.code,
        "version": one.version.number,
        "reason_group": one.reason_group,
        "turns": [list(turn) for turn in one.turns],
        "calls": one.rate.n,
        "saved": one.rate.hits,
        "share": one.share,
        "interval": _interval(one.interval),
        "is_enough": one.is_enough,
    }


def _work(found: "Work") -> Document:
    return {
        "first_contact": [_speed(one) for one in found.speed],
        "attempts_per_case": {
            "mean": found.attempts_per_case,
            "n": found.attempts_n,
            "is_enough": found.is_enough,
        },
        "load": [_load(one) for one in found.loads],
    }


def _speed(one: "Speed") -> Document:
    return {
        "class": one.klass,
        "contacted": one.contacted,
        "waiting": one.waiting,
        "median_hours": one.median_hours,
        "quartiles_hours": one.quartiles,
        "in_time": _share(one.in_time),
        "is_enough": one.is_enough,
    }


def _load(one: "Load") -> Document:
    return {
        "id": str(one.name.id),
        "name": one.name.name,
        "due": one.due,
        "expected": one.expected,
        "full_on": one.full_on,
        "days": [output.plain(day) for day in one.days],
    }


def experiment_document(found: "ExperimentFigures") -> Document:
    """An experiment with its split, its arms and what follows."""
    return {
        "code": found.row.code,
        "title": found.row.title,
        "kind": found.row.kind,
        "started_on": found.row.started_on,
        "ended_on": found.row.ended_on,
        "split": {
            "verdict": found.split.verdict,
            "p": found.split.p,
            "statistic": found.split.statistic,
        },
        "arms": [
            {
                "code": arm.code,
                "target": arm.target,
                "customers": arm.customers,
                "open": arm.open,
                "saved": _rate(arm.saved, is_enough=arm.is_enough),
                "confirmed": _rate(arm.confirmed, is_enough=arm.is_enough),
                "against_first": _read_out(arm.against_first),
                "confirmed_against_first": _read_out(arm.confirmed_against_first),
            }
            for arm in found.arms
        ],
    }


def _read_out(found: "ReadOut | None") -> Document | None:
    if found is None:
        return None
    return {
        "difference": found.difference,
        "interval": _interval(found.interval),
        "p": found.p,
        "verdict": found.verdict,
    }
