"""Comparing scripts or offers: a random split of the customers, its check, and what came of it.

At most one experiment of a kind runs at a time, so that two do not mix. A customer is drawn once,
when the arm is first needed, and stays in it. What is counted is the case at which that happened.
An experiment concerns the cases in which one of the things compared would be used anyway: scripts
for the occasion of the case, offers that the rules lead to.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import Field, field_validator
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import journal
from db.models import Experiment, ExperimentArm, Offer, Script
from db.queries import experiments as queries
from db.queries.experiments import ArmCounts, ExperimentRow
from db.vocabulary import ExperimentKind
from desktop_app import clock
from desktop_app.domain import experiments as rules
from desktop_app.domain.drafts import Draft
from desktop_app.domain.experiments import Arm, ReadOut, SampleRatio
from desktop_app.domain.permissions import Action
from desktop_app.domain.rates import Rate
from desktop_app.domain.script_words import in_language
from desktop_app.domain.significance import ENOUGH
from desktop_app.errors import ConflictError, InvalidInputError, NotFoundError, Problem
from desktop_app.i18n import N_, _, language
from desktop_app.services import access, case_life, detection, outcome_settings

HOLD_OUT: Final = "holdout"
"""The arm of customers who are left alone."""
_LEAST_ARMS: Final = 2


class ArmDraft(Draft):
    """One of the things compared: its code, its weight, and the code of the script or offer."""

    code: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]
    weight: Annotated[int, Field(ge=1, le=100)] = 1
    target: Annotated[str, Field(min_length=1, max_length=64)]


class ExperimentDraft(Draft):
    """An experiment; the first arm is what the others are compared with."""

    code: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,64}$")]
    title: Annotated[str, Field(min_length=1, max_length=200)]
    kind: ExperimentKind
    arms: Annotated[tuple[ArmDraft, ...], Field(min_length=1, max_length=6)]
    holdout: Annotated[float, Field(ge=0, le=0.5, validate_default=True)] = 0.0
    planned: Annotated[int | None, Field(ge=1, le=1_000_000)] = None
    """Customers to be drawn in all; when they are reached, the comparison should be ended."""

    @field_validator("arms")
    @classmethod
    def _are_different(cls, arms: tuple[ArmDraft, ...]) -> tuple[ArmDraft, ...]:
        codes = [arm.code for arm in arms]
        if len(set(codes)) < len(codes) or HOLD_OUT in codes:
            raise ValueError(_("Give each arm a code of its own, other than “holdout”."))
        if len({arm.target for arm in arms}) < len(arms):
            raise ValueError(_("Choose different ones: what is compared with itself differs not."))
        return arms


@dataclass(frozen=True, slots=True)
class ArmFigures:
    """One arm of an experiment.

    Attributes:
        code: Its code; the hold-out comes last.
        target: Code of the script or offer; empty for the hold-out.
        title: Of the script or offer, in Chinese and in English; both empty for the hold-out.
        customers: Drawn into it.
        open: Of these, still being worked on.
        saved: Saved of all whose case is closed, duplicates left out.
        confirmed: Confirmed by orders, of all whose case was closed so long ago that a save of it
            is decided; those not saved wait as long.
        is_enough: Whether there are enough closed cases.
        against_first: Save rate beside the first arm; None for the first arm itself.
        confirmed_against_first: The same of confirmed saves.
    """

    code: str
    target: str
    title: tuple[str, str]
    customers: int
    open: int
    saved: Rate
    confirmed: Rate
    is_enough: bool
    against_first: ReadOut | None
    confirmed_against_first: ReadOut | None


@dataclass(frozen=True, slots=True)
class ExperimentFigures:
    """What an experiment says so far; safe to look at every day.

    `split` says whether the customers were split as planned; a hold-out is looked at by itself.
    """

    row: ExperimentRow
    split: SampleRatio
    arms: tuple[ArmFigures, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """How a customer takes part in the running experiment of a kind, drawn already or not yet.

    Attributes:
        title: Of the experiment.
        target: Code of the script or offer the customer gets; empty in the hold-out group.
        compared: Codes of all the scripts or offers that are compared.
    """

    title: str
    target: str
    compared: tuple[str, ...]

    @property
    def is_left_alone(self) -> bool:
        """Whether the customer is in the hold-out group."""
        return not self.target


def create(session: Session, draft: ExperimentDraft) -> uuid.UUID:
    """Begin an experiment today; returns its key.

    Raises:
        InvalidInputError: there is nothing to compare, or an arm names no script or offer that can
            be used.
        ConflictError: the code is taken, or another experiment of this kind is running.
    """
    access.require(session, Action.RUN_EXPERIMENT)
    if len(draft.arms) + (draft.holdout > 0) < _LEAST_ARMS:
        text = _("Name at least two arms, or one and a share of customers to leave alone.")
        raise InvalidInputError([Problem("arms", text)])
    _check_targets(session, draft)
    if session.scalar(select(Experiment.id).where(Experiment.code == draft.code)) is not None:
        raise ConflictError(_("There is an experiment {code} already.").format(code=draft.code))
    running = queries.running(session, draft.kind)
    if running is not None:
        text = _("The experiment “{title}” is still running. End it first.")
        raise ConflictError(text.format(title=running.title))
    journal.name_change(session, N_("Begin the experiment “{name}”"), name=draft.title)
    arms: list[dict[str, Any]] = [arm.model_dump() for arm in draft.arms]
    if draft.holdout:
        arms.append({"code": HOLD_OUT, "share": draft.holdout})
    if draft.planned is not None:
        arms[0]["planned"] = draft.planned
    made = Experiment(
        code=draft.code,
        title=draft.title,
        kind=draft.kind,
        arms=arms,
        started_on=clock.today(),
    )
    session.add(made)
    session.flush()
    return made.id


def end(session: Session, experiment_id: uuid.UUID) -> None:
    """End an experiment today; nobody is drawn any more, its figures go on.

    Raises:
        NotFoundError: there is no such experiment.
        ConflictError: it was ended before.
    """
    access.require(session, Action.RUN_EXPERIMENT)
    found = session.get(Experiment, experiment_id)
    if found is None:
        raise NotFoundError(_("There is no such experiment."))
    if found.ended_on is not None:
        text = _("The experiment “{title}” was ended on {day}.")
        raise ConflictError(text.format(title=found.title, day=found.ended_on))
    journal.name_change(session, N_("End the experiment “{name}”"), name=found.title)
    found.ended_on = clock.today()
    session.flush()


def arm_for(session: Session, case_id: uuid.UUID, kind: ExperimentKind) -> str | None:
    """Code of the script or offer that the customer of a case gets by the running experiment.

    The first time it is asked for, the customer is drawn; chance decides, always the same for the
    same customer, and the arm is stored.

    Returns:
        None while no experiment of the kind runs; empty for a customer who is left alone.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
        ConflictError: the case is closed.
    """
    access.require(session, Action.WORK_CASE)
    case = case_life.load_open(session, case_id)
    running = queries.running(session, kind)
    if running is None:
        return None
    present = queries.arm_of(session, running.id, case.customer_id)
    if present is None:
        present = _draw(running, case.customer_id)
        journal.name_change(
            session,
            N_("Draw case {number} for the experiment “{name}”"),
            number=case.number,
            name=running.title,
        )
        session.add(
            ExperimentArm(
                experiment_id=running.id,
                customer_id=case.customer_id,
                case_id=case.id,
                arm=present,
                at=clock.now(),
            )
        )
        session.flush()
    return running.targets.get(present, "")


def part_of(session: Session, case_id: uuid.UUID, kind: ExperimentKind) -> Part | None:
    """How the customer of a case takes part in the running experiment; nothing is stored.

    It is what `arm_for` stores when the arm is needed. Whether the experiment concerns the case is
    for the services on scripts and offers to say.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
    """
    access.require(session, Action.VIEW)
    case = case_life.load(session, case_id)
    running = queries.running(session, kind)
    if running is None:
        return None
    arm = queries.arm_of(session, running.id, case.customer_id)
    targets = running.targets
    target = targets.get(arm or _draw(running, case.customer_id), "")
    return Part(running.title, target, tuple(code for code in targets.values() if code))


def list_experiments(session: Session) -> list[ExperimentRow]:
    """All experiments, the newest first."""
    access.require(session, Action.REPORT)
    return queries.experiments(session)


def figures(session: Session, minimum: int = ENOUGH) -> tuple[ExperimentFigures, ...]:
    """What each experiment says so far, the newest first; over all stores, as it was split."""
    access.require(session, Action.REPORT)
    as_of = detection.reference_date(session)
    counts = queries.counts(session, as_of, outcome_settings.read(session).longest_watch)
    titles = queries.titles(session)
    return tuple(
        _figures(row, counts.get(row.id, {}), titles[row.kind], minimum)
        for row in queries.experiments(session)
    )


def _figures(
    row: ExperimentRow,
    counts: Mapping[str, ArmCounts],
    titles: Mapping[str, tuple[str, str]],
    minimum: int,
) -> ExperimentFigures:
    arms, holdout = _arms(row)
    codes = [arm.code for arm in arms] + ([HOLD_OUT] if holdout else [])
    of = {code: counts.get(code, ArmCounts()) for code in codes}
    split = rules.sample_ratio({code: found.customers for code, found in of.items()}, arms)
    saved = {code: Rate(found.saved, found.closed) for code, found in of.items()}
    confirmed = {code: Rate(found.confirmed, found.decided) for code, found in of.items()}
    first, *others = codes
    by_word = rules.read_out(saved[first], {code: saved[code] for code in others}, minimum)
    by_order = rules.read_out(confirmed[first], {code: confirmed[code] for code in others}, minimum)
    return ExperimentFigures(
        row,
        split,
        tuple(
            ArmFigures(
                code,
                row.targets.get(code, ""),
                titles.get(row.targets.get(code, ""), ("", "")),
                of[code].customers,
                of[code].open,
                saved[code],
                confirmed[code],
                of[code].closed >= minimum,
                by_word.get(code),
                by_order.get(code),
            )
            for code in codes
        ),
    )


def _draw(row: ExperimentRow, customer_id: uuid.UUID) -> str:
    """The arm that chance gives a customer, the same whenever it is asked for."""
    arms, holdout = _arms(row)
    drawn = rules.assign(row.code, str(customer_id), arms, holdout)
    return HOLD_OUT if drawn is None else drawn


def _arms(row: ExperimentRow) -> tuple[list[Arm], float]:
    """The arms in lasting order, and the share of customers who are left alone."""
    arms = [Arm(one["code"], one["weight"]) for one in row.arms if one["code"] != HOLD_OUT]
    shares = [float(one["share"]) for one in row.arms if one["code"] == HOLD_OUT]
    return arms, sum(shares)


def _check_targets(session: Session, draft: ExperimentDraft) -> None:
    model = Script if draft.kind is ExperimentKind.SCRIPT else Offer
    wanted = {arm.target for arm in draft.arms}
    known = set(
        session.scalars(
            select(model.code).where(model.code.in_(wanted), model.retired_on.is_(None))
        )
    )
    missing = sorted(wanted - known)
    if missing:
        text = (
            _("There is no script {code} in use.")
            if draft.kind is ExperimentKind.SCRIPT
            else _("There is no offer {code} in use.")
        )
        raise InvalidInputError([Problem("arms", text.format(code=missing[0]))])
    if draft.kind is ExperimentKind.OFFER:
        return
    unpublished = session.scalars(
        select(Script)
        .where(Script.code.in_(wanted), Script.current_version.is_(None))
        .order_by(Script.code)
    ).first()
    if unpublished is not None:
        title = in_language(unpublished.zh, unpublished.en, language())
        text = _("The script “{title}” was never published. Publish it, then compare it.")
        raise InvalidInputError([Problem("arms", text.format(title=title))])
