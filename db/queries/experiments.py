"""Experiments, who was drawn into which arm, and what came of it."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from db.models import Case, Experiment, ExperimentArm
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


@dataclass(frozen=True, slots=True)
class ArmCounts:
    """Customers of one arm; closed, decided and what follows leave duplicates out."""

    customers: int = 0
    open: int = 0
    closed: int = 0
    saved: int = 0
    decided: int = 0  # closed, and no save that is still watched
    confirmed: int = 0


def experiments(session: Session) -> list[ExperimentRow]:
    """All experiments, the newest first."""
    statement = select(Experiment).order_by(Experiment.started_on.desc(), Experiment.code)
    return [_row(found) for found in session.scalars(statement)]


def running(session: Session, kind: ExperimentKind) -> ExperimentRow | None:
    """The experiment of a kind that has not been ended."""
    statement = (
        select(Experiment)
        .where(Experiment.kind == kind, Experiment.ended_on.is_(None))
        .order_by(Experiment.started_on, Experiment.code)
        .limit(1)
    )
    found = session.scalar(statement)
    return None if found is None else _row(found)


def arm_of(session: Session, experiment_id: uuid.UUID, customer_id: uuid.UUID) -> str | None:
    """The arm a customer was drawn into."""
    return session.scalar(
        select(ExperimentArm.arm).where(
            ExperimentArm.experiment_id == experiment_id,
            ExperimentArm.customer_id == customer_id,
        )
    )


def counts(session: Session) -> dict[uuid.UUID, dict[str, ArmCounts]]:
    """What came of the cases at which customers were drawn, by experiment and arm."""
    closed = and_(Case.stage == CaseStage.CLOSED, is_closed())
    decided = and_(closed, func.coalesce(Case.save_state, "") != SaveState.WATCHING)
    rows = session.execute(
        select(
            ExperimentArm.experiment_id,
            ExperimentArm.arm,
            func.count(),
            _count(Case.stage != CaseStage.CLOSED),
            _count(closed),
            _count(and_(closed, Case.outcome.in_(SAVED))),
            _count(decided),
            _count(and_(closed, Case.save_state == SaveState.CONFIRMED)),
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
