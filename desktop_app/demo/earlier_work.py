"""What the team did in the half year before the scans: cancellations answered with two scripts.

They give the figures of the team something to stand on: saves of both approaches that have been
followed for long, a comparison of scripts that has ended, and one of offers that is running.
"""

import datetime as dt
import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import select

from db import journal
from db.models import Case, ExperimentArm, ScriptRun
from db.queries.cases import CaseFilter
from db.queries.paging import Sort
from db.session import Session
from db.vocabulary import (
    Approach,
    AttemptResult,
    Channel,
    ExperimentKind,
    Occasion,
    Outcome,
    ReasonLayer,
    RuleKind,
)
from desktop_app import clock
from desktop_app.demo.chain import Story, pick
from desktop_app.demo.phrases import NOTES
from desktop_app.demo.team import MANAGER, Process, World, at, later, working_day
from desktop_app.domain import script_runs as rules
from desktop_app.domain.cases import CaseDraft, CloseDraft, OpenDraft
from desktop_app.domain.contacts import AttemptDraft
from desktop_app.domain.reasons import ReasonDraft
from desktop_app.domain.script_drafts import ScriptDraft
from desktop_app.domain.script_runs import Reply, Run
from desktop_app.domain.scripts import StepKind
from desktop_app.i18n import N_
from desktop_app.services import (
    cases,
    contacts,
    experiments,
    offer_library,
    scripts,
)
from desktop_app.services.experiments import ArmDraft, ExperimentDraft

_ALL: Final = 10**6
EARLIER_DAYS: Final = 150
"""So many days before the scans begin the workspace is made."""

_SHARE: Final = 0.016  # of all customers
_LEAST: Final = 20
_LISTENS: Final = "cancel_listen"
_SHIPPED: Final = "cancel_request"
_CHANCE: Final = {_SHIPPED: 0.45, _LISTENS: 0.76}
_APPROACHES: Final = ((Approach.RELATIONSHIP, 1.0), (Approach.PRICE, 1.0))
_LEAVES: Final = {Approach.RELATIONSHIP: (0.15, 160), Approach.PRICE: (0.8, 50)}
"""How many leave again, and after how many days on average: who came for the price goes for it."""
_BUYS: Final = 0.92
_USUAL: Final = 0.6  # how many leave for the same reason, so that there is one to compare
_SCREENED: Final = {"do_not_contact", "switch_dates", "is_deceased"}
_MOST_STEPS: Final = 30
_OFFERS_FROM: Final = 75  # days before the end


@dataclass(slots=True)
class _Work:
    """One cancellation."""

    number: str
    worker: str
    story: Story
    rng: random.Random


def earlier_work(world: World, begin: dt.date) -> Iterator[Process]:
    """Every process of the time before the scans."""
    rng = world.dice("earlier")
    stays = sorted(
        number
        for number, buyer in world.buyers.items()
        if buyer.leaving is None and not _SCREENED & buyer.values.keys()
    )
    count = max(_LEAST, round(len(world.buyers) * _SHARE))
    founded = begin - dt.timedelta(days=EARLIER_DAYS)
    last = (begin - founded).days - 14
    yield _compare_scripts(world, founded, begin)
    yield _compare_offers(world)
    for number in rng.sample(stays, min(count, len(stays))):
        day = working_day(founded + dt.timedelta(days=rng.randrange(4, last)))
        yield _cancellation(world, number, day)


# ---------------------------------------------------------------- comparisons


def _compare_scripts(world: World, founded: dt.date, begin: dt.date) -> Process:
    """Somebody writes a second script for cancellations; it is compared until the scans begin."""
    yield at(founded, 10)
    with world.acting(MANAGER) as session:
        shipped = scripts.find(session, _SHIPPED)
        if shipped.current_id is None:
            return
        steps = scripts.load_version(session, shipped.current_id).script
        first = replace(steps.steps[0], hint_zh="先听完，不打断；两分钟内不谈任何方案。")
        draft = ScriptDraft(
            code=_LISTENS, zh="客户要求注销：先听后谈", en="Cancel: listen first",
            occasion=Occasion.CANCEL_REQUEST,
        )  # fmt: skip
        version = scripts.create(session, draft, replace(steps, steps=(first, *steps.steps[1:])))
        scripts.publish(session, version)
    with world.acting(MANAGER) as session:
        made = experiments.create(
            session,
            ExperimentDraft(
                code="cancel_scripts",
                title="注销来电：通用话术与先听后谈",
                kind=ExperimentKind.SCRIPT,
                arms=(ArmDraft(code="a", target=_SHIPPED), ArmDraft(code="b", target=_LISTENS)),
                planned=150,
            ),
        )
    yield at(working_day(begin + dt.timedelta(days=3)), 17, 20)
    with world.acting(MANAGER) as session:
        experiments.end(session, made)


def _compare_offers(world: World) -> Process:
    """Two offers are compared; every week the cases that came up are drawn."""
    yield at(working_day(world.end - dt.timedelta(days=_OFFERS_FROM)), 9, 50)
    with world.looking(MANAGER) as session:
        library = offer_library.list_offers(session)
    chosen = [
        next((one for one in library if one.approach is approach), None)
        for approach in (Approach.RELATIONSHIP, Approach.PRICE)
    ]
    arms = [
        ArmDraft(code=code, target=one.code)
        for code, one in zip("ab", chosen, strict=True)
        if one is not None
    ]
    if len(arms) < len(chosen):
        return
    with world.acting(MANAGER) as session:
        draft = ExperimentDraft(
            code="care_or_price",
            title="挽留方案：关怀与优惠",
            kind=ExperimentKind.OFFER,
            arms=tuple(arms),
            holdout=0.1,
            planned=600,
        )
        experiments.create(session, draft)
    drawn: set[uuid.UUID] = set()
    rng = world.dice("offers compared")
    while True:
        yield at(working_day(clock.today() + dt.timedelta(days=7)), 9, 55)
        wanted = CaseFilter(open_only=True)
        with world.looking(MANAGER) as session:
            rows = cases.list_cases(session, wanted, Sort("number"), 0, _ALL)
        fresh = [row for row in rows if row.owner_id is not None and row.id not in drawn]
        with world.acting(MANAGER) as session:
            for row in fresh:
                _drawn(session, row.id, ExperimentKind.OFFER, rng)
        drawn |= {row.id for row in fresh}


# ---------------------------------------------------------------- cases


def _cancellation(world: World, number: str, day: dt.date) -> Process:
    """A customer calls to cancel, is talked to, and stays or goes; some leave later after all."""
    rng = world.dice("earlier", number)
    yield at(day, rng.randrange(9, 17), rng.randrange(60))
    agents = [user.login for user in world.workers("") if user.role == "agent"]
    usual, *_others = world.chain.stories
    stories = [(story, float(story.weight)) for story in world.chain.stories]
    story = usual if rng.random() < _USUAL else pick(rng, stories)
    work = _Work(number, rng.choice(agents), story, rng)
    approach = pick(rng, _APPROACHES)
    case_id, chance = _talk(world, work, approach)
    yield later(rng, 2, 10)
    is_saved = rng.random() < chance
    _close(world, work, case_id, is_saved=is_saved)
    if not is_saved:
        _goes(world, work)
        return
    buyer = world.buyers[number]
    if rng.random() < _BUYS:
        buyer.next_on = clock.today() + dt.timedelta(days=rng.randrange(2, 22))
    share, mean = _LEAVES[approach]
    if rng.random() >= share:
        return
    yield later(rng, *((days := 8 + round(rng.expovariate(1 / mean))), days + 3))
    with world.looking(MANAGER) as session:
        wanted = CaseFilter(customer_id=world.customer_ids[number], open_only=True)
        if cases.count_cases(session, wanted) or number in world.refused:
            return
    _goes(world, work)
    with world.acting(work.worker) as session:
        draft = OpenDraft(kind=RuleKind.CANCEL_REQUEST, what_happened=rng.choice(work.story.said))
        again = cases.open_case(session, world.customer_ids[number], draft)
        cases.take(session, again)
    yield later(rng, 0, 2)
    _close(world, work, again, is_saved=False)


def _talk(world: World, work: _Work, approach: Approach) -> tuple[uuid.UUID, float]:
    """Open the case, go through the script, log the call; the chance that the customer stays."""
    rng, story = work.rng, work.story
    with world.acting(work.worker) as session:
        draft = OpenDraft(kind=RuleKind.CANCEL_REQUEST, what_happened=rng.choice(story.said))
        case_id = cases.open_case(session, world.customer_ids[work.number], draft)
        cases.take(session, case_id)
    with world.acting(work.worker) as session:
        code = _go_through(session, case_id, rng)
        attempt = AttemptDraft(
            channel=Channel.CALL,
            result=AttemptResult.REACHED,
            at=clock.now(),
            duration_seconds=rng.randrange(120, 900),
            note=rng.choice(NOTES[AttemptResult.REACHED]),
        )
        contacts.log_attempt(session, case_id, attempt)
        root = ReasonDraft(layer=ReasonLayer.ROOT, reason=story.root)
        cases.set_reason(session, case_id, root)
        case = session.get_one(Case, case_id)
        present = {name: getattr(case, name) for name in CaseDraft.model_fields}
        facts = CaseDraft.model_validate(present | {"approach": approach})
        cases.change(session, case_id, case.version, facts)
    return case_id, _CHANCE.get(code, 0.5)


def _go_through(session: Session, case_id: uuid.UUID, rng: random.Random) -> str:
    """The script the customer is drawn for, gone through to its end; its code.

    Stored in one go: asking the services step by step would take longer than all the rest.
    """
    code = _drawn(session, case_id, ExperimentKind.SCRIPT, rng) or _SHIPPED
    version_id = scripts.find(session, code).current_id
    if version_id is None:
        return code
    script, run = scripts.load_version(session, version_id).script, Run(())
    for _step in range(_MOST_STEPS):
        step = rules.current(script, run, {})
        if step is None or step.kind is StepKind.END:
            break
        choice = rng.choice(step.choices).code if step.choices else None
        run = rules.answer(script, run, {}, Reply(step.id, choice, "", clock.now()))
    number = session.get_one(Case, case_id).number
    journal.name_change(session, N_("End the script of case {number}"), number=number)
    session.add(
        ScriptRun(
            case_id=case_id,
            script_version_id=version_id,
            by_id=session.info["actor"].user_id,
            path=rules.run_to_json(run),
            started_at=clock.now(),
            ended_at=clock.now(),
        )
    )
    return code


def _drawn(
    session: Session, case_id: uuid.UUID, kind: ExperimentKind, rng: random.Random
) -> str | None:
    """Draw the customer of a case for the running experiment; the target of the arm.

    The program draws by the key of the customer, which is another one in every demo: here it is
    drawn before, so that the same seed gives the same rows.
    """
    running = next(
        (
            row
            for row in experiments.list_experiments(session)
            if row.kind is kind and row.ended_on is None
        ),
        None,
    )
    if running is None:
        return None
    case = session.get_one(Case, case_id)
    drawn = select(ExperimentArm.id).where(
        ExperimentArm.experiment_id == running.id, ExperimentArm.customer_id == case.customer_id
    )
    if session.scalar(drawn) is None:
        weights = [
            (str(arm["code"]), float(arm.get("share", arm.get("weight", 1))))
            for arm in running.arms
        ]
        title = N_("Draw case {number} for the experiment “{name}”")
        journal.name_change(session, title, number=case.number, name=running.title)
        session.add(
            ExperimentArm(
                experiment_id=running.id,
                customer_id=case.customer_id,
                case_id=case.id,
                arm=pick(rng, weights),
                at=clock.now(),
            )
        )
        session.flush()
    return experiments.arm_for(session, case_id, kind)


def _goes(world: World, work: _Work) -> None:
    """The customer buys nothing any more."""
    buyer = world.buyers[work.number]
    buyer.leaving, buyer.leaves_on = RuleKind.LAPSING, clock.today()


def _close(world: World, work: _Work, case_id: uuid.UUID, *, is_saved: bool) -> None:
    rng, root = work.rng, work.story.root
    with world.acting(work.worker) as session:
        if not is_saved:
            note = rng.choice(NOTES[AttemptResult.REFUSED])
            refused = AttemptDraft(
                channel=Channel.CALL, result=AttemptResult.REFUSED, at=clock.now(), note=note
            )
            contacts.log_attempt(session, case_id, refused)
        case = session.get_one(Case, case_id)
        churn_type = case.churn_type
        draft = CloseDraft(
            outcome=Outcome.SAVED if is_saved else Outcome.LOST,
            root_reason=root,
            churn_type=churn_type or "active_fault",
            note=rng.choice(NOTES["saved" if is_saved else "lost"]),
        )
        cases.close(session, case_id, draft)
