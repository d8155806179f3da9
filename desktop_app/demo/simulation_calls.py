"""What a simulated agent does all day.

Takes what is first in the queue, asks whether the customer may be contacted, calls, goes through
the script, offers, promises, and says what came of it.
"""

import datetime as dt
import random
import uuid
from typing import Final

from db import reference
from db.models import Case, CaseOffer, Script, ScriptRun, ScriptVersion
from db.session import Session
from db.vocabulary import (
    AttemptResult,
    CallbackFor,
    CaseStage,
    Channel,
    NextStep,
    OfferState,
    Outcome,
    ReasonLayer,
    RuleKind,
    VisitState,
)
from desktop_app import clock
from desktop_app.demo.chain import pick
from desktop_app.demo.simulation_world import Process, Talk, Worker, World, at
from desktop_app.domain.cases import CloseDraft, OpenDraft
from desktop_app.domain.contact_rules import Purpose
from desktop_app.domain.contacts import AttemptDraft, VisitDraft
from desktop_app.domain.promises import PromiseDraft
from desktop_app.domain.queue_order import QueueKind
from desktop_app.domain.reasons import ChurnType, ReasonDraft
from desktop_app.errors import ConflictError, NotAllowedError
from desktop_app.services import (
    cases,
    contact_permission,
    contacts,
    offer_library,
    offers,
    pool,
    promises,
    queue,
    script_runs,
)
from desktop_app.services.queue import QueueLine

_ROUNDS: Final = ((8, 48), (13, 12))
"""When an agent looks at the queue: both times begin before customers may be called."""
_EVENING: Final = (20, 35)
_LINES: Final = 15  # worked on in one round
_ABSENT: Final = 0.04
_CANCELS: Final = 0.12  # days on which somebody calls an agent and wants to cancel
_RESULTS: Final = (
    (AttemptResult.REACHED, 62.0),
    (AttemptResult.NO_ANSWER, 20.0),
    (AttemptResult.BUSY, 6.0),
    (AttemptResult.LEFT_MESSAGE, 3.0),
    (AttemptResult.CALLBACK, 5.0),
    (AttemptResult.WRONG_NUMBER, 1.5),
    (AttemptResult.REFUSED, 1.7),
    (AttemptResult.DO_NOT_CONTACT, 0.8),
)
_USUAL: Final = 0.5  # chance of staying where no script is compared
_ENDS: Final = frozenset({"later", "wrong", "never"})  # choices that end the shipped scripts early
_QUESTION: Final = "again"  # the step of the compared scripts that asks whether one comes back
_MOST_STEPS: Final = 40
_GIVEN_UP: Final = frozenset({NextStep.CLOSE, NextStep.CORRECT_CONTACT})
_TYPES: Final = {entry.code: entry.churn_type for entry in reference.reasons()}


def work(world: World, worker: Worker) -> Process:
    """All days of an agent."""
    for day in world.working_days():
        rng = world.dice("agent", worker.actor.login, day)
        if rng.random() < _ABSENT:
            continue
        rounds = (*_ROUNDS, _EVENING) if worker.in_evenings else _ROUNDS
        for number, (hour, minute) in enumerate(rounds):
            yield max(at(day, hour, minute) + _minutes(rng, 0, 20), clock.now() + _minutes(rng))
            if worker.is_gone:
                return
            if number == 1 and rng.random() < _CANCELS:
                _cancel_request(world, worker, rng)
            yield from _round(world, worker, rng, day, is_first=number == 0)


def _minutes(rng: random.Random, least: int = 2, most: int = 8) -> dt.timedelta:
    return dt.timedelta(minutes=rng.randint(least, most), seconds=rng.randrange(60))


def _round(
    world: World, worker: Worker, rng: random.Random, day: dt.date, *, is_first: bool
) -> Process:
    """Look at the queue and work on what is due in its order."""
    me = worker.actor
    with world.looking(me) as session:
        limit = None if is_first else 2 * _LINES
        lines = queue.queue(session, agent=me.user_id, limit=limit)
    if is_first:
        own = frozenset(line.case_id for line in lines if line.place is QueueKind.OWN)
        with world.looking(me) as session:
            listed = [line.case_id for line in lines]
            world.referee.look_at_own(session, day, listed, own)
    due = [line for line in lines if line.is_due and not line.held_back]
    may_claim = True
    for line in due[:_LINES]:
        is_own = line.place is QueueKind.OWN
        if rng.random() < worker.zeal and (is_own or may_claim):
            yield clock.now() + _minutes(rng)
            if not is_own:
                may_claim = _claim(world, worker, line)
            if is_own or may_claim:
                _work_on(world, worker, line.case_id, rng)


def _claim(world: World, worker: Worker, line: QueueLine) -> bool:
    """Whether a case that is nobody's own could be claimed; others may have been quicker."""
    try:
        with world.acting(worker.actor) as session:
            is_mine = pool.claim(session, line.case_id).assigned > 0
    except (ConflictError, NotAllowedError):
        world.tally["claims_refused"] += 1
        return False
    world.tally["claims"] += is_mine
    return is_mine


def _cancel_request(world: World, worker: Worker, rng: random.Random) -> None:
    """Somebody calls in and wants to cancel; who takes the call takes the case."""
    me = worker.actor
    customer = rng.choice(list(world.customers))
    try:
        with world.acting(me) as session:
            draft = OpenDraft(kind=RuleKind.CANCEL_REQUEST)
            case_id = cases.open_case(session, customer, draft)
        with world.acting(me) as session:
            pool.claim(session, case_id)
    except (ConflictError, NotAllowedError):  # of another store, or known already
        world.tally["cases_refused"] += 1


# One case ----------------------------------------------------------------------------------------


def _work_on(world: World, worker: Worker, case_id: uuid.UUID, rng: random.Random) -> None:
    """One call or visit with everything that belongs to it."""
    me = worker.actor
    talk = world.talk(case_id)
    with world.acting(me) as session:
        case = session.get_one(Case, case_id)
        if case.stage == CaseStage.CLOSED or case.owner_id != me.user_id:
            world.tally["too_late"] += 1
            return
        if case.next_step in _GIVEN_UP:
            _close(world, session, case, talk)
            return
        channel = Channel.VISIT if case.next_step == NextStep.VISIT else Channel.CALL
        is_callback = case.callback_at is not None and case.callback_at <= clock.now()
        purpose = Purpose.ASKED_FOR if is_callback else Purpose.ORDINARY
        customer_id, now = case.customer_id, clock.now()
        asked = contact_permission.may_contact(session, customer_id, now, channel, purpose)
        if not asked.allowed:
            world.tally["contacts_stopped"] += 1
            return
        if channel is Channel.VISIT:
            today = clock.today()
            made = VisitDraft(planned_on=today, state=VisitState.DONE, done_on=today)
            contacts.plan_visit(session, case_id, customer_id, made)
        result = pick(rng, _RESULTS)
        if channel is Channel.VISIT and result in {AttemptResult.BUSY, AttemptResult.LEFT_MESSAGE}:
            result = AttemptResult.REACHED
        if result is AttemptResult.LEFT_MESSAGE:
            channel = Channel.MESSAGE
        _talk_to(world, session, case, talk, channel, result, rng)


def _talk_to(
    world: World,
    session: Session,
    case: Case,
    talk: Talk,
    channel: Channel,
    result: AttemptResult,
    rng: random.Random,
) -> None:
    """What the result of a contact leads to."""
    if result is not AttemptResult.REACHED:
        _log(session, case, channel, result)
        talk.has_refused = talk.has_refused or result is AttemptResult.REFUSED
        if result is AttemptResult.CALLBACK:
            _promise_call(world, session, case, rng)
        elif result is AttemptResult.DO_NOT_CONTACT and rng.random() < 0.5:  # noqa: PLR2004
            draft = CloseDraft(outcome=Outcome.DO_NOT_PURSUE, note="客户要求不再联系。")
            cases.close(session, case.id, draft)
        return
    is_first = not talk.is_begun
    if is_first:
        _first_talk(world, session, case, talk, rng)
    elif talk.offer_id is not None:
        _tell_offer(world, session, talk, rng)
    if talk.offer_id is not None:
        _log(session, case, channel, result, (NextStep.OFFER, _later(world, rng, 1, 2)))
    elif is_first and rng.random() < 0.45:  # noqa: PLR2004  (thinks it over)
        _log(session, case, channel, result, (NextStep.FOLLOW_UP, _later(world, rng, 2, 5)))
    else:
        ends = AttemptResult.REACHED if talk.stays else AttemptResult.REFUSED
        talk.has_refused = not talk.stays
        _log(session, case, channel, ends, (NextStep.CLOSE, clock.today()))
        _close(world, session, case, talk)


def _log(
    session: Session,
    case: Case,
    channel: Channel,
    result: AttemptResult,
    then: tuple[NextStep, dt.date] | None = None,
) -> None:
    draft = AttemptDraft(
        channel=channel,
        result=result,
        at=clock.now(),
        next_step=then[0] if then else None,
        next_due=then[1] if then else None,
    )
    contacts.log_attempt(session, case.id, draft)


def _later(world: World, rng: random.Random, least: int, most: int) -> dt.date:
    return world.calendar.add_working_days(clock.today(), rng.randint(least, most))


def _promise_call(world: World, session: Session, case: Case, rng: random.Random) -> None:
    """The customer names a moment, now and then at lunch, and whoever may call then."""
    hour = 12 if rng.random() < 0.2 else rng.randrange(9, 17)  # noqa: PLR2004
    moment = at(_later(world, rng, 1, 2), hour, rng.randrange(60))
    pool.set_callback(session, case.id, moment, rng.choice(list(CallbackFor)))


def _first_talk(world: World, session: Session, case: Case, talk: Talk, rng: random.Random) -> None:
    """The script, the reason, perhaps a promise, and an offer if the rules have one."""
    run_id = script_runs.begin(session, case.id)
    code = "" if run_id is None else _script_of(session, run_id)
    customer = world.customers[case.customer_id]
    talk.is_begun, talk.stays = True, customer.mind < world.chances.get(code, _USUAL)
    if run_id is not None:
        _go_through(session, run_id, rng, stays=talk.stays)
    cases.set_reason(session, case.id, ReasonDraft(layer=ReasonLayer.ROOT, reason=talk.reason))
    if rng.random() < 0.12:  # noqa: PLR2004
        due = _later(world, rng, 1, 3)
        draft = PromiseDraft(words="补发缺货", made_on=clock.today(), due_on=due)
        promises.register(session, case.customer_id, draft, case.id)
    _offer(world, session, case, talk, rng)
    if talk.offer_id is not None:
        _tell_offer(world, session, talk, rng)


def _script_of(session: Session, run_id: uuid.UUID) -> str:
    version = session.get_one(ScriptVersion, session.get_one(ScriptRun, run_id).script_version_id)
    return session.get_one(Script, version.script_id).code


def _go_through(session: Session, run_id: uuid.UUID, rng: random.Random, *, stays: bool) -> None:
    """Answer step by step to the end, as the customer decides."""
    state = script_runs.state(session, run_id)
    for _step in range(_MOST_STEPS):
        step = state.step
        if step is None or state.ending is not None:
            break
        codes = [one.code for one in step.choices]
        choices = [code for code in codes if code not in _ENDS] or codes
        choice = rng.choice(choices) if choices else None
        if "yes" in codes and (stays or step.id != _QUESTION or "no" not in codes):
            choice = "yes"
        elif "no" in codes:
            choice = "no"
        words = "" if step.choices else "说来话长"
        state = script_runs.answer(session, run_id, step.id, choice, words)
    script_runs.end(session, run_id)


# Offers ------------------------------------------------------------------------------------------


def _offer(world: World, session: Session, case: Case, talk: Talk, rng: random.Random) -> None:
    """Put on half of the cases what the rules suggest; now and then something else, to please."""
    lot, found = rng.random(), None
    if lot < 0.1:  # noqa: PLR2004
        found = rng.choice(offer_library.list_offers(session))
    elif lot < 0.6:  # noqa: PLR2004
        found = offers.suggest(session, case.id).offer
    if found is None:
        return
    try:
        talk.offer_id = offers.propose(session, case.id, found.id, "按规则").id
    except ConflictError:  # as often as it is made, or nothing may be offered
        world.tally["offers_refused"] += 1


def _tell_offer(world: World, session: Session, talk: Talk, rng: random.Random) -> None:
    """Tell the customer about an offer that may be made; what waits is told later."""
    if talk.offer_id is None:
        return
    made = session.get_one(CaseOffer, talk.offer_id)
    if made.state == OfferState.WAITING:
        return
    if made.state == OfferState.APPROVED:
        accepted = talk.stays or rng.random() < 0.25  # noqa: PLR2004
        try:
            code = offers.answer(session, talk.offer_id, accepted=accepted)
        except ConflictError:  # it has run out meanwhile
            code = ""
        if code:
            world.coupons.append(code)
    talk.offer_id = None


# The end -----------------------------------------------------------------------------------------


def _close(world: World, session: Session, case: Case, talk: Talk) -> None:
    """How the case ends: as the customer decided, or nobody was reached."""
    if talk.is_begun and talk.stays:
        outcome = Outcome.SAVED
    elif talk.has_refused:
        outcome = Outcome.LOST
    else:
        cases.close(session, case.id, CloseDraft(outcome=Outcome.UNREACHABLE))
        return
    root, kind = talk.reason, ChurnType(_TYPES[talk.reason])
    note = "客户同意继续合作。" if talk.stays else "尊重客户的决定。"
    draft = CloseDraft(outcome=outcome, root_reason=root, churn_type=kind, note=note)
    cases.close(session, case.id, draft)
    if outcome is Outcome.SAVED:
        _come_back(world, case)


def _come_back(world: World, case: Case) -> None:
    """Most of those who stay order again soon, some never."""
    customer, rng = world.customers[case.customer_id], world.dice("back", case.number)
    if rng.random() < 0.85:  # noqa: PLR2004
        day = clock.today() + dt.timedelta(days=rng.randint(1, 20))
        customer.returns_on = sorted({*customer.returns_on, day})
