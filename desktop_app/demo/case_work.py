"""How the simulated team works on one case: contact, interview, plan, remedy, outcome."""

import datetime as dt
import random
import uuid
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Final

from db import reference
from db.models import Case, Visit
from db.queries.cases import CaseFilter
from db.session import Session
from db.vocabulary import (
    Approach,
    AttemptResult,
    CaseStage,
    Channel,
    CustomerClass,
    NextStep,
    Outcome,
    ReasonLayer,
    RuleKind,
    VisitState,
)
from desktop_app import clock
from desktop_app.demo.chain import Story, pick
from desktop_app.demo.interview_work import Talk, begin_interview
from desktop_app.demo.offer_work import make_offer
from desktop_app.demo.phrases import NOTES, PURPOSES, REMEDIES
from desktop_app.demo.team import Process, World, later, working_day
from desktop_app.domain.cases import CaseDraft, CloseDraft, ReopenDraft, StateOfMind
from desktop_app.domain.contacts import AttemptDraft, VisitDraft
from desktop_app.domain.reasons import ChurnType, ReasonDraft
from desktop_app.services import cases, contacts, interview_end

_RESULTS: Final = (
    (AttemptResult.REACHED, 54.0),
    (AttemptResult.NO_ANSWER, 21.0),
    (AttemptResult.BUSY, 8.0),
    (AttemptResult.CALLBACK, 7.0),
    (AttemptResult.LEFT_MESSAGE, 4.0),
    (AttemptResult.WRONG_NUMBER, 2.5),
    (AttemptResult.REFUSED, 2.5),
    (AttemptResult.DO_NOT_CONTACT, 1.0),
)
_ENDS: Final[Mapping[AttemptResult, tuple[Outcome, str | None, str]]] = {
    AttemptResult.DO_NOT_CONTACT: (Outcome.DO_NOT_PURSUE, None, "客户要求今后不再联系。"),
    AttemptResult.REFUSED: (Outcome.LOST, "unknown_refused", "客户不愿多谈。"),
    AttemptResult.WRONG_NUMBER: (Outcome.UNREACHABLE, "unknown_not_reached", "号码已停用。"),
}
"""Results after which the case is closed: how, why, note."""
_NATURAL: Final = frozenset({"cust_bankrupt", "fit_not_needed"})
_MOST_TRIES: Final = 5
_LIKING: Final = 0.14  # how much likelier a case is saved than the worker's skill says
_REOPENED: Final = {Approach.RELATIONSHIP: 0.08, Approach.MIXED: 0.14, Approach.PRICE: 0.3}
"""How often a saved customer leaves again: price brings back fast, and not for long."""


@dataclass(slots=True)
class Job:
    """One case in somebody's hands."""

    case_id: uuid.UUID
    number: str
    customer: str
    kind: RuleKind
    klass: CustomerClass
    worker: str
    story: Story
    competitor: str = ""
    said: str = ""


def work_on(world: World, job: Job) -> Process:
    """Everything that happens to a case from its assignment on; it may end at any stage."""
    rng = world.dice("case", job.number)
    job.said = rng.choice(job.story.said)
    if job.story.competitor:
        job.competitor = pick(rng, world.chain.competitors)
    yield later(rng, 0, 6)
    for round_ in range(2):
        reached = yield from _reach(world, job, rng)
        if _stops(world, job) or not reached:
            return
        if not (yield from _understand(world, job, rng)):
            return
        approach = yield from _remedy(world, job, rng)
        saved = yield from _finish(world, job, rng, approach)
        if not saved or round_ or rng.random() >= _REOPENED[approach]:
            return
        yield later(rng, 12, 30)
        if not _reopen(world, job):
            return


def _stops(world: World, job: Job) -> bool:
    """Whether the worker has left, or the customer wants to hear nothing more, in any case."""
    return job.worker in world.gone or job.customer in world.refused


# Contact -----------------------------------------------------------------------------------------


def _reach(world: World, job: Job, rng: random.Random) -> Generator[dt.datetime, None, bool]:
    """Call, write or visit until somebody is reached; whether that worked."""
    is_field = world.user(job.worker).role == "field_staff"
    if is_field or (job.klass is CustomerClass.A and rng.random() < 0.6):  # noqa: PLR2004
        return (yield from _visit(world, job, rng))
    for _try in range(_MOST_TRIES):
        if _stops(world, job):
            return False
        result = pick(rng, _RESULTS)
        _attempt(world, job, rng, result)
        if result is AttemptResult.REACHED:
            return True
        yield later(rng, 1, 3)
        if result in _ENDS:
            _close(world, job, *_ENDS[result])
            return False
    _close(world, job, Outcome.UNREACHABLE, "unknown_not_reached", "五次联系均未成功。")
    return False


def _attempt(
    world: World,
    job: Job,
    rng: random.Random,
    result: AttemptResult,
    note: str = "",
    then: tuple[NextStep, int] | None = None,
) -> None:
    talked = result is AttemptResult.REACHED
    channel = pick(rng, ((Channel.CALL, 8.0), (Channel.MESSAGE, 1.5)))
    if result in (AttemptResult.BUSY, AttemptResult.NO_ANSWER, AttemptResult.WRONG_NUMBER):
        channel = Channel.CALL
    if result is AttemptResult.DO_NOT_CONTACT:
        world.refused.add(job.customer)
    with world.acting(job.worker) as session:
        contacts.log_attempt(
            session,
            job.case_id,
            AttemptDraft(
                channel=channel,
                result=result,
                at=clock.now(),
                duration_seconds=rng.randrange(90, 900) if talked else rng.randrange(5, 50),
                note=note or rng.choice(NOTES[result]),
                next_step=then[0] if then else None,
                next_due=working_day(clock.today() + dt.timedelta(days=then[1])) if then else None,
            ),
        )


def _visit(world: World, job: Job, rng: random.Random) -> Generator[dt.datetime, None, bool]:
    """Plan a visit and make it; whether the customer was met."""
    if _stops(world, job):
        return False
    moment = later(rng, 2, 9)
    with world.acting(job.worker) as session:
        draft = VisitDraft(planned_on=clock.local(moment).date(), purpose=rng.choice(PURPOSES))
        customer_id = world.customer_ids[job.customer]
        visit_id = contacts.plan_visit(session, job.case_id, customer_id, draft)
    yield moment
    if _stops(world, job):
        return False
    with world.acting(job.worker) as session:
        if session.get_one(Visit, visit_id).state != VisitState.PLANNED:
            return False
        if rng.random() < 0.08:  # noqa: PLR2004
            contacts.cancel_visit(session, visit_id, "客户临时有事，改为电话联系。")
        else:
            note = "见到了负责人，按六步流程走访，拍了货架照片。"
            contacts.finish_visit(session, visit_id, clock.today(), note)
    yield later(rng, 0, 0)
    _attempt(world, job, rng, AttemptResult.REACHED)
    return True


# Interview and diagnosis -------------------------------------------------------------------------


def _understand(world: World, job: Job, rng: random.Random) -> Generator[dt.datetime, None, bool]:
    """Learn why the customer leaves; False when work stops here for now."""
    if rng.random() < 0.45:  # noqa: PLR2004
        with world.acting(job.worker) as session:
            belief = ReasonDraft(layer=ReasonLayer.BELIEF, reason=job.story.belief)
            cases.set_reason(session, job.case_id, belief)
    if rng.random() < 0.8:  # noqa: PLR2004
        yield later(rng, 0, 1)
        if _stops(world, job):
            return False
        buyer = world.buyers[job.customer]
        talk = Talk(job.story, job.said, job.competitor, buyer, world.chain)
        with world.acting(job.worker) as session:
            interview_id = begin_interview(session, job.case_id, talk, rng)
        if rng.random() < 0.05:  # noqa: PLR2004  (interrupted, to be taken up again)
            return False
        yield clock.now() + dt.timedelta(minutes=rng.randrange(12, 40))
        with world.acting(job.worker) as session:
            interview_end.finish(session, interview_id)
    else:
        with world.acting(job.worker) as session:
            _note_reasons(session, job)
    yield later(rng, 1, 5)
    if _stops(world, job):
        return False
    with world.acting(job.worker) as session:
        mind = rng.choice([StateOfMind.AT_RISK, StateOfMind.SILENT_ATTRITION, StateOfMind.DEFECTED])
        _change(session, job, state_of_mind=mind, competitor=job.competitor)
    with world.acting(job.worker) as session:
        case = session.get_one(Case, job.case_id)
        if case.stage != CaseStage.DIAGNOSED:
            cases.move(session, job.case_id, CaseStage.DIAGNOSED)
    is_over = job.story.root in _NATURAL and rng.random() < 0.7  # noqa: PLR2004
    if is_over or rng.random() < 0.16:  # noqa: PLR2004
        yield later(rng, 1, 5)
        _give_up(world, job, rng)
        return False
    return True


def _note_reasons(session: Session, job: Job) -> None:
    stated = ReasonDraft(layer=ReasonLayer.STATED, reason=job.story.stated, verbatim=job.said)
    cases.set_reason(session, job.case_id, stated)
    root = ReasonDraft(layer=ReasonLayer.ROOT, reason=job.story.root)
    cases.set_reason(session, job.case_id, root)


def _change(session: Session, job: Job, **values: object) -> None:
    """Change some facts of the case, the others stay as they are."""
    case = session.get_one(Case, job.case_id)
    present = {name: getattr(case, name) for name in CaseDraft.model_fields}
    draft = CaseDraft.model_validate(present | values)
    cases.change(session, job.case_id, case.version, draft)


# Plan, remedy, outcome ---------------------------------------------------------------------------


def _remedy(world: World, job: Job, rng: random.Random) -> Generator[dt.datetime, None, Approach]:
    """Agree on something with the customer and do it; gives the approach."""
    approach = Approach(job.story.approach)
    yield later(rng, 1, 7)
    if _stops(world, job):
        return approach
    with world.acting(job.worker) as session:
        _change(
            session,
            job,
            approach=approach,
            next_step=NextStep.REMEDY,
            next_due=working_day(clock.today() + dt.timedelta(days=5)),
        )
    with world.acting(job.worker) as session:
        cases.move(session, job.case_id, CaseStage.PLAN_AGREED, "客户口头同意方案。")
    yield from make_offer(world, job.worker, job.case_id, job.number, approach)
    yield later(rng, 1, 7)
    with world.acting(job.worker) as session:
        cases.move(session, job.case_id, CaseStage.REMEDY_IN_PROGRESS)
    yield later(rng, 3, 12)
    with world.acting(job.worker) as session:
        cases.add_note(session, job.case_id, rng.choice(REMEDIES))
    with world.acting(job.worker) as session:
        cases.move(session, job.case_id, CaseStage.FOLLOW_UP)
    yield later(rng, 2, 6)
    if _stops(world, job):
        return approach
    note = rng.choice(NOTES["follow_up"])
    _attempt(world, job, rng, AttemptResult.REACHED, note, (NextStep.FOLLOW_UP, 7))
    return approach


def _finish(
    world: World, job: Job, rng: random.Random, approach: Approach
) -> Generator[dt.datetime, None, bool]:
    """Close the case; whether the customer stays."""
    yield later(rng, 4, 12)
    if _stops(world, job):
        return False
    chance = world.user(job.worker).skill + _LIKING
    if rng.random() >= chance + (0.05 if approach is Approach.RELATIONSHIP else 0.0):
        _give_up(world, job, rng)
        return False
    buyer = world.buyers[job.customer]
    away = (clock.today() - buyer.leaves_on).days
    was_gone = job.kind is RuleKind.LAPSING and away > 120  # noqa: PLR2004
    outcome = Outcome.WON_BACK if was_gone and rng.random() < 0.5 else Outcome.SAVED  # noqa: PLR2004
    _close(world, job, outcome, job.story.root, rng.choice(NOTES["saved"]))
    buyer.win_back(clock.today() + dt.timedelta(days=rng.randrange(2, 12)))
    return True


def _give_up(world: World, job: Job, rng: random.Random) -> None:
    """The customer says no for good, and the case is closed as lost."""
    if _stops(world, job):
        return
    _attempt(world, job, rng, AttemptResult.REFUSED)
    _close(world, job, Outcome.LOST, job.story.root, rng.choice(NOTES["lost"]))


def _close(world: World, job: Job, outcome: Outcome, root: str | None, note: str) -> None:
    if job.worker in world.gone:
        return
    with world.acting(job.worker) as session:
        case = session.get_one(Case, job.case_id)
        churn_type = case.churn_type
        if churn_type is None and root is not None:
            churn_type = _churn_type(root)
        kind = ChurnType(churn_type) if churn_type else None
        draft = CloseDraft(outcome=outcome, root_reason=root, churn_type=kind, note=note)
        cases.close(session, job.case_id, draft)


def _churn_type(reason: str) -> str:
    return next(entry.churn_type for entry in reference.reasons() if entry.code == reason)


def _reopen(world: World, job: Job) -> bool:
    """Take the case up again, unless there is another one by now."""
    if _stops(world, job):
        return False
    with world.looking("liuyan") as session:
        customer_id = world.customer_ids[job.customer]
        wanted = CaseFilter(customer_id=customer_id, kind=job.kind, open_only=True)
        if cases.count_cases(session, wanted):
            return False  # found again by a scan
    login = job.worker if world.user(job.worker).role == "agent" else "liuyan"
    with world.acting(login) as session:
        note = "客户又一个月没有下单，重新联系。"
        draft = ReopenDraft(stage=CaseStage.CONTACTING, note=note)
        cases.reopen(session, job.case_id, draft)
    return True
