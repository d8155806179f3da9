"""A task force at work for some weeks: everything goes through the services, nothing is shortcut.

Simulated customers leave, are found, called, offered something, stay or go, and order again or do
not; simulated agents, managers and head office do what the program lets them. A referee that shares
no code with the services counts broken rules after each day. Two scripts are compared on the way,
of which the second may be made better than the first.
"""

import datetime as dt
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import func, select

from db import moment
from db.models import Case, CaseOffer, ContactAttempt, Customer
from db.vocabulary import AttemptResult, CaseStage, OfferState, Outcome, SaveState
from desktop_app import clock
from desktop_app.demo.simulation_calls import work
from desktop_app.demo.simulation_office import head_office, manager
from desktop_app.demo.simulation_referee import Break
from desktop_app.demo.simulation_set_up import set_up
from desktop_app.demo.simulation_world import NEW, OLD, Process, World, at
from desktop_app.i18n import in_language
from desktop_app.progress import Progress, Silent
from desktop_app.services import experiments
from desktop_app.services.experiments import ExperimentFigures

__all__ = ["Break", "Simulated", "simulate"]

FIRST: Final = dt.date(2026, 8, 31)
"""A Monday; sixty days from here hold two festivals and their days of working ahead."""
_MIDDLE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Simulated:
    """What came of a simulation.

    Attributes:
        agents: People who worked on cases.
        days: Calendar days.
        seed: Of all chance.
        difference: By how much the second script was made better, as a share.
        counts: What there is in the workspace in the end.
        told: What people wanted to do and were told not to, or what was done by itself.
        breaks: Broken rules, each once.
        experiment: The figures of the comparison of the two scripts.
    """

    agents: int
    days: int
    seed: int
    difference: float
    counts: Mapping[str, int]
    told: Mapping[str, int]
    breaks: tuple[Break, ...]
    experiment: ExperimentFigures


def simulate(
    agents: int,
    days: int,
    seed: int,
    *,
    difference: float = 0.1,
    folder: Path | None = None,
    progress: Progress | None = None,
) -> Simulated:
    """Simulate a task force in a throw-away workspace; the same for the same arguments.

    Args:
        agents: people who work on cases, at least 1.
        days: calendar days, at least 1.
        seed: of all chance.
        difference: by how much the second script is better, as a share of the customers.
        folder: where the workspace is made; a temporary one without it.
        progress: told the days that have been worked.

    Raises:
        CancelledError: stopped.
    """
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="winback-", ignore_cleanup_errors=True) as made:
            return simulate(
                agents, days, seed, difference=difference, folder=Path(made), progress=progress
            )
    half = difference / 2
    chances = {OLD: _MIDDLE - half, NEW: _MIDDLE + half}
    with in_language("zh_CN"), moment.repeating_keys(seed), clock.travelling(at(FIRST, 5)):
        world = set_up(folder, agents, days, seed, FIRST, chances, progress or Silent())
        try:
            run(world)
            return _report(world, agents, difference)
        finally:
            world.database.close()


def run(world: World) -> None:
    """Let everybody work from the first to the last day, and the referee look at every evening."""
    with clock.travelling(at(world.first, 7, 30)):
        world.start(head_office(world))
        for one in world.managers:
            world.start(manager(world, one))
        for worker in world.agents:
            world.start(work(world, worker))
        world.start(_evenings(world))
    world.run()


def _evenings(world: World) -> Process:
    for number in range(world.days):
        day = world.first + dt.timedelta(days=number)
        yield at(day, 23, 30)
        with world.looking(world.office) as session:
            world.referee.check(session, day)


def _report(world: World, agents: int, difference: float) -> Simulated:
    with clock.travelling(at(world.last, 23, 45)), world.looking(world.office) as session:
        (experiment,) = experiments.figures(session)
        counts = {name: session.scalar(statement) or 0 for name, statement in _COUNTED.items()}
    return Simulated(
        agents,
        world.days,
        world.seed,
        difference,
        counts,
        dict(sorted(world.tally.items())),
        tuple(world.referee.breaks),
        experiment,
    )


_SAVED: Final = Case.outcome.in_((Outcome.SAVED, Outcome.WON_BACK))
_COUNTED: Final = {
    "customers": select(func.count()).select_from(Customer),
    "cases": select(func.count()).select_from(Case),
    "attempts": select(func.count()).select_from(ContactAttempt),
    "reached": select(func.count()).where(ContactAttempt.result == AttemptResult.REACHED),
    "offers": select(func.count()).select_from(CaseOffer),
    "approvals": select(func.count()).where(
        CaseOffer.decided_by_id.is_not(None), CaseOffer.state != OfferState.REFUSED
    ),
    "saves": select(func.count()).where(Case.stage == CaseStage.CLOSED, _SAVED),
    "confirmed_saves": select(func.count()).where(Case.save_state == SaveState.CONFIRMED),
    "lost": select(func.count()).where(Case.outcome == Outcome.LOST),
}
