"""Experiments, who was drawn into which arm, and what came of it."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, or_, select
from sqlalchemy.orm import Session

from db.models import Case, Experiment, ExperimentArm, Offer, Script
from db.queries.closed import is_closed
from db.queries.watch import SAVED
from db.vocabulary import CaseStage, ExperimentKind, SaveState


@dataclass(frozen=True, slots=True)
class ExperimentRow:
    """One experiment; its arms are as they are stored."""

    id: uuid.UUID
    code: str
    title: str
    kind: ExperimentKind
    arms: Sequence[Mapping[str, Any]]
    started_on: dt.date
    ended_on: dt.date | None

    @property
    def targets(self) -> dict[str, str]:
        """Code of the script or offer by code of the arm; none for the hold-out."""
        return {str(arm["code"]): str(arm.get("target", "")) for arm in self.arms}

    @property
    def planned(self) -> int | None:
        """Customers to be drawn in all; it stands with the first arm."""
        return next((int(arm["planned"]) for arm in self.arms if "planned" in arm), None)


@dataclass(frozen=True, slots=True)
class ArmCounts:
    """Customers of one arm; closed, decided and what follows leave duplicates out."""

    customers: int = 0
    open: int = 0
    closed: int = 0
    saved: int = 0
    decided: int = 0  # closed so long ago that every save of that day is decided
    confirmed: int = 0


def experiments(session: Session) -> list[ExperimentRow]:
    """All experiments, the newest first."""
    statement = select(Experiment).order_by(Experiment.started_on.desc(), Experiment.code)
    return [_row(found) for found in session.scalars(statement)]


def running(session: Session, kind: ExperimentKind) -> ExperimentRow | None:
    """The experiment of a kind that has not been ended."""
    found = session.scalar(_running(), {"of_kind": kind})
    return None if found is None else _row(found)


@cache
def _running() -> Select[Experiment]:
    """Made once: it is asked whenever an offer is thought of."""
    return (
        select(Experiment)
        .where(Experiment.kind == bindparam("of_kind"), Experiment.ended_on.is_(None))
        .order_by(Experiment.started_on, Experiment.code)
        .limit(1)
    )


def arm_of(session: Session, experiment_id: uuid.UUID, customer_id: uuid.UUID) -> str | None:
    """The arm a customer was drawn into."""
    return session.scalar(
        select(ExperimentArm.arm).where(
            ExperimentArm.experiment_id == experiment_id,
            ExperimentArm.customer_id == customer_id,
        )
    )


def titles(session: Session) -> dict[ExperimentKind, dict[str, tuple[str, str]]]:
    """Chinese and English title of every script and offer by its code, retired ones too."""
    scripts = session.execute(select(Script.code, Script.zh, Script.en))
    offers = session.execute(select(Offer.code, Offer.zh, Offer.en))
    return {
        ExperimentKind.SCRIPT: {code: (zh, en) for code, zh, en in scripts},
        ExperimentKind.OFFER: {code: (zh, en) for code, zh, en in offers},
    }


def counts(
    session: Session, as_of: dt.date, longest_watch: int
) -> dict[uuid.UUID, dict[str, ArmCounts]]:
    """What came of the cases at which customers were drawn, by experiment and arm.

    Confirmed saves are counted as on the page of the team: lost cases wait as long as saves do.

    Args:
        session: the session to read with.
        as_of: the day up to which orders are known.
        longest_watch: the most days that a save is watched.
    """
    closed = and_(Case.stage == CaseStage.CLOSED, is_closed())
    decided = and_(
        closed,
        Case.closed_on < as_of - dt.timedelta(days=longest_watch),
        or_(Case.watch_until.is_(None), Case.watch_until < as_of),
        or_(
            Case.outcome.not_in(SAVED),
            Case.save_state.in_((SaveState.CONFIRMED, SaveState.LOST_DEFLECT)),
        ),
    )
    rows = session.execute(
        select(
            ExperimentArm.experiment_id,
            ExperimentArm.arm,
            func.count(),
            _count(Case.stage != CaseStage.CLOSED),
            _count(closed),
            _count(and_(closed, Case.outcome.in_(SAVED))),
            _count(decided),
            _count(and_(decided, Case.save_state == SaveState.CONFIRMED)),
        )
        .join(Case, Case.id == ExperimentArm.case_id)
        .group_by(ExperimentArm.experiment_id, ExperimentArm.arm)
    )
    found: dict[uuid.UUID, dict[str, ArmCounts]] = defaultdict(dict)
    for experiment_id, arm, *numbers in rows:
        found[experiment_id][arm] = ArmCounts(*numbers)
    return found


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _row(found: Experiment) -> ExperimentRow:
    return ExperimentRow(
        found.id,
        found.code,
        found.title,
        ExperimentKind(found.kind),
        tuple(found.arms),
        found.started_on,
        found.ended_on,
    )
