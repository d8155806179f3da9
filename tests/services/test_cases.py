"""The life of a case through its services: open, assign, move, change, close, re-open."""

import datetime as dt
import uuid

import pytest
from pydantic import ValidationError

from db.queries.case_file import CaseFile
from db.queries.cases import CaseFilter
from db.session import Actor
from db.vocabulary import (
    Approach,
    AttemptResult,
    CaseEventKind,
    CaseStage,
    NextStep,
    Outcome,
    ReasonLayer,
    Role,
    RuleKind,
    VisitState,
)
from desktop_app.domain.cases import CaseDraft, CloseDraft, Extent, OpenDraft, ReopenDraft
from desktop_app.domain.contacts import VisitDraft
from desktop_app.domain.reasons import ChurnType, ReasonDraft, WhyChainDraft, WhyStepDraft
from desktop_app.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
)
from desktop_app.services import cases, contacts, reasons
from tests import factories
from tests.factories import Desk

TODAY = dt.date(2026, 9, 15)

pytestmark = pytest.mark.usefixtures("fixed_time")


@pytest.fixture
def price(desk: Desk, admin: Actor) -> str:
    """Code of a shipped reason of the price group, whose churn type is a leaf."""
    groups = desk.look(admin, reasons.list_reasons, "en")
    return next(group for group in groups if group.code == "price").reasons[0].code


@pytest.fixture
def case_id(desk: Desk, admin: Actor, agent: Actor) -> uuid.UUID:
    """A case that the agent works on."""
    return desk.do(admin, factories.assigned_case, agent.user_id, name="王思远")


def file(desk: Desk, actor: Actor, case_id: uuid.UUID) -> CaseFile:
    return desk.look(actor, cases.case_file, case_id)


def kinds(found: CaseFile) -> list[CaseEventKind]:
    return [event.kind for event in found.events]


def stages(found: CaseFile) -> list[str]:
    return [event.new for event in found.events if event.new]


# ---------------------------------------------------------------- opening


def test_that_a_case_is_opened_with_number_store_extent_and_event(
    desk: Desk, agent: Actor, admin: Actor
) -> None:
    customer = desk.do(admin, factories.add_customer, store_id=agent.store_id)
    draft = OpenDraft(
        kind=RuleKind.PARTIAL_SHARE, left_on=dt.date(2026, 8, 1), what_happened="少买了一半"
    )
    opened = desk.do(agent, cases.open_case, customer, draft)
    found = file(desk, agent, opened)
    assert found.row.number == "2026-00001"
    assert found.row.stage is CaseStage.IDENTIFIED
    assert (found.row.store, found.extent) == ("南京路店", Extent.PARTIAL_SHARE)
    assert (found.row.opened_on, found.left_on) == (TODAY, dt.date(2026, 8, 1))
    assert found.what_happened == "少买了一半"
    assert (kinds(found), stages(found)) == ([CaseEventKind.OPENED], ["identified"])
    assert found.events[0].by == "agent"


def test_that_a_request_to_cancel_says_nothing_about_the_extent(desk: Desk, admin: Actor) -> None:
    opened = desk.do(admin, factories.open_case, kind=RuleKind.CANCEL_REQUEST)
    assert file(desk, admin, opened).extent is None


def test_that_case_numbers_count_up_within_a_year(desk: Desk, admin: Actor, fixed_time) -> None:
    for _case in range(2):
        desk.do(admin, factories.open_case)
    fixed_time.move_to(dt.datetime(2027, 1, 2, 4, tzinfo=dt.UTC))
    desk.do(admin, factories.open_case)
    rows = desk.look(admin, cases.list_cases, CaseFilter())
    assert sorted(row.number for row in rows) == ["2026-00001", "2026-00002", "2027-00001"]


def test_that_a_second_open_case_of_a_kind_is_refused_and_the_first_is_named(
    desk: Desk, admin: Actor
) -> None:
    customer = desk.do(admin, factories.add_customer)
    desk.do(admin, factories.open_case, customer)
    with pytest.raises(ConflictError, match="2026-00001"):
        desk.do(admin, factories.open_case, customer)
    desk.do(admin, factories.open_case, customer, RuleKind.VALUE_DOWNGRADE)
    assert desk.look(admin, cases.count_cases, CaseFilter(customer_id=customer)) == 2


def test_that_a_case_of_nobody_cannot_be_opened(desk: Desk, admin: Actor) -> None:
    with pytest.raises(NotFoundError):
        desk.do(admin, cases.open_case, uuid.uuid4(), OpenDraft(kind=RuleKind.LAPSING))


@pytest.mark.parametrize(
    ("orders", "expected"),
    [
        ([], None),
        ([("2026-09-01", 300), ("2025-10-01", 500), ("2025-01-01", 7)], 800),
        # Nothing in the window of the newest order of the workspace: the year before the last.
        ([("2024-03-01", 250), ("2023-04-01", 100), ("2023-01-01", 999)], 350),
        ([("2024-03-01", 100), ("2024-02-01", -400)], 0),
    ],
)
def test_that_the_value_at_stake_is_a_year_of_spend(
    desk: Desk, admin: Actor, orders: list[tuple[str, int]], expected: int | None
) -> None:
    other = desk.do(admin, factories.add_customer)
    desk.do(admin, factories.add_orders, other, [(dt.date(2026, 9, 10), 1)])
    customer = desk.do(admin, factories.add_customer)
    if orders:
        days = [(dt.date.fromisoformat(day), amount) for day, amount in orders]
        desk.do(admin, factories.add_orders, customer, days)
    opened = desk.do(admin, factories.open_case, customer)
    assert file(desk, admin, opened).row.value_at_stake == expected


# ---------------------------------------------------------------- moving


def test_that_a_case_moves_along_and_the_time_in_each_stage_is_known(
    desk: Desk, agent: Actor, case_id: uuid.UUID, fixed_time
) -> None:
    for days, stage in (
        (1, CaseStage.CONTACTING),
        (2, CaseStage.DIAGNOSED),
        (4, CaseStage.PLAN_AGREED),
        (8, CaseStage.DIAGNOSED),
        (16, CaseStage.FOLLOW_UP),
    ):
        fixed_time.shift(dt.timedelta(days=days))
        desk.do(agent, cases.move, case_id, stage, "weiter")
    fixed_time.shift(dt.timedelta(hours=12))
    found = file(desk, agent, case_id)
    assert {one.stage: one.days for one in found.time_in_stage} == {
        CaseStage.IDENTIFIED: 0,
        CaseStage.SCREENED: 0,
        CaseStage.ASSIGNED: 1,
        CaseStage.CONTACTING: 2,
        CaseStage.DIAGNOSED: 4 + 16,
        CaseStage.PLAN_AGREED: 8,
        CaseStage.FOLLOW_UP: 0.5,
    }
    assert found.events[-1].note == "weiter"
    assert found.row.stage_since == found.events[-1].at


def test_that_a_move_that_is_not_allowed_is_refused_with_both_stages(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    for stage in (CaseStage.PLAN_AGREED, CaseStage.CLOSED, CaseStage.ASSIGNED):
        with pytest.raises(ConflictError, match="Assigned"):
            desk.do(agent, cases.move, case_id, stage)


def test_that_going_back_behind_the_assignment_frees_the_case(
    desk: Desk, admin: Actor, case_id: uuid.UUID
) -> None:
    desk.do(admin, cases.move, case_id, CaseStage.SCREENED)
    row = file(desk, admin, case_id).row
    assert (row.owner_id, row.next_step, row.next_due) == (None, None, None)
    with pytest.raises(ConflictError, match="Say who"):
        desk.do(admin, cases.move, case_id, CaseStage.ASSIGNED)
    desk.do(admin, cases.move, case_id, CaseStage.IDENTIFIED)
    desk.do(admin, cases.move, case_id, CaseStage.SCREENED)
    assert kinds(file(desk, admin, case_id))[-1] is CaseEventKind.SCREENED


def test_that_the_screening_holds_a_case_back_from_being_moved(desk: Desk, admin: Actor) -> None:
    held = desk.do(admin, factories.open_case, is_deceased=True)
    with pytest.raises(ConflictError, match="died"):
        desk.do(admin, cases.move, held, CaseStage.SCREENED)


# ---------------------------------------------------------------- changing


def test_that_facts_are_changed_and_only_real_changes_are_journalled(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    from db import journal

    draft = CaseDraft(
        left_on=dt.date(2026, 9, 1),
        churn_type=ChurnType.ACTIVE_COMPETITIVE,
        competitor="史泰博",
        value_at_stake=12_300,
        approach=Approach.MIXED,
        offer_text="九折半年",
        next_step=NextStep.OFFER,
        next_due=dt.date(2026, 9, 20),
    )
    version = file(desk, agent, case_id).version
    desk.do(agent, cases.change, case_id, version, draft)
    found = file(desk, agent, case_id)
    assert CaseDraft(**found.draft_values) == draft
    made = len(desk.made)
    desk.do(agent, cases.change, case_id, found.version, draft)
    assert len(desk.made) == made
    with desk.database.read() as session:
        newest = journal.history(session, "departure_case", case_id)[0][1]
    assert set(newest.fields) == {
        "left_on", "churn_type", "extent", "competitor", "value_at_stake", "approach",
        "offer_text", "next_step", "next_due",
    }  # fmt: skip


def test_that_an_old_version_is_refused(desk: Desk, agent: Actor, case_id: uuid.UUID) -> None:
    version = file(desk, agent, case_id).version
    desk.do(agent, cases.change, case_id, version, CaseDraft(competitor="A"))
    with pytest.raises(ConflictError, match="Reload"):
        desk.do(agent, cases.change, case_id, version, CaseDraft(competitor="B"))
    assert file(desk, agent, case_id).competitor == "A"


def test_that_no_contact_is_planned_with_a_customer_who_refused(
    desk: Desk, admin: Actor, case_id: uuid.UUID
) -> None:
    found = file(desk, admin, case_id)
    desk.do(admin, factories.change_customer, found.row.customer_id, do_not_contact=True)
    version = found.version
    wrong = CaseDraft(next_step=NextStep.VISIT, next_due=TODAY)
    with pytest.raises(InvalidInputError) as raised:
        desk.do(admin, cases.change, case_id, version, wrong)
    assert raised.value.problems[0].field == "next_step"
    right = CaseDraft(next_step=NextStep.CLOSE, next_due=TODAY)
    desk.do(admin, cases.change, case_id, version, right)
    assert file(desk, admin, case_id).row.next_step is NextStep.CLOSE


def test_that_notes_are_kept_on_open_and_closed_cases(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    desk.do(agent, cases.add_note, case_id, " 下周再来 ")
    desk.do(agent, cases.close, case_id, CloseDraft(outcome=Outcome.DUPLICATE))
    desk.do(agent, cases.add_note, case_id, "结案之后")
    found = file(desk, agent, case_id)
    assert [one.note for one in found.events if one.kind is CaseEventKind.NOTE] == [
        "下周再来",
        "结案之后",
    ]
    with pytest.raises(InvalidInputError):
        desk.do(agent, cases.add_note, case_id, " ")


# ---------------------------------------------------------------- reasons


def test_that_reasons_stand_in_three_layers_and_the_root_gives_the_type(
    desk: Desk, agent: Actor, case_id: uuid.UUID, price: str
) -> None:
    for layer in ReasonLayer:
        draft = ReasonDraft(layer=layer, reason=price, verbatim=f"话 {layer}")
        desk.do(agent, cases.set_reason, case_id, draft)
    found = file(desk, agent, case_id)
    assert list(found.reasons) == list(ReasonLayer)
    assert {one.code for one in found.reasons.values()} == {price}
    assert found.reasons[ReasonLayer.STATED].verbatim == "话 stated"
    assert found.row.root_reason is not None
    assert found.row.root_reason.code == price
    assert found.churn_type == "active_fault"


def test_that_a_root_reason_found_later_determines_the_type(
    desk: Desk, agent: Actor, case_id: uuid.UUID, price: str
) -> None:
    types = []
    for code in ("unknown_other", price):
        draft = ReasonDraft(layer=ReasonLayer.ROOT, reason=code)
        desk.do(agent, cases.set_reason, case_id, draft)
        types.append(file(desk, agent, case_id).churn_type)
    assert types == ["undetermined", "active_fault"]


def test_that_a_root_reason_does_not_overwrite_a_chosen_type(
    desk: Desk, agent: Actor, case_id: uuid.UUID, price: str
) -> None:
    version = file(desk, agent, case_id).version
    chosen = CaseDraft(churn_type=ChurnType.ACTIVE_NATURAL)
    desk.do(agent, cases.change, case_id, version, chosen)
    draft = ReasonDraft(layer=ReasonLayer.ROOT, reason=price)
    desk.do(agent, cases.set_reason, case_id, draft)
    assert file(desk, agent, case_id).churn_type == ChurnType.ACTIVE_NATURAL


def test_that_a_case_keeps_the_words_it_was_given(
    desk: Desk, admin: Actor, case_id: uuid.UUID, price: str
) -> None:
    draft = ReasonDraft(layer=ReasonLayer.ROOT, reason=price, verbatim="太贵")
    desk.do(admin, cases.set_reason, case_id, draft)
    old = file(desk, admin, case_id).reasons[ReasonLayer.ROOT]
    desk.do(admin, reasons.rename, price, "价格过高（新）", "Price is too high (new)")
    desk.do(admin, reasons.retire, price, TODAY)
    again = ReasonDraft(layer=ReasonLayer.ROOT, reason=price, verbatim="真的太贵")
    desk.do(admin, cases.set_reason, case_id, again)
    new = file(desk, admin, case_id).reasons[ReasonLayer.ROOT]
    assert (new.zh, new.version_id) == (old.zh, old.version_id)
    assert new.verbatim == "真的太贵"
    belief = ReasonDraft(layer=ReasonLayer.BELIEF, reason=price)
    with pytest.raises(InvalidInputError, match="retired") as raised:
        desk.do(admin, cases.set_reason, case_id, belief)
    assert raised.value.problems[0].field == "reason"


def test_that_a_reason_is_replaced_and_taken_away(
    desk: Desk, agent: Actor, case_id: uuid.UUID, price: str
) -> None:
    for code in (price, "unknown_other"):
        draft = ReasonDraft(layer=ReasonLayer.STATED, reason=code)
        desk.do(agent, cases.set_reason, case_id, draft)
    assert file(desk, agent, case_id).reasons[ReasonLayer.STATED].code == "unknown_other"
    desk.do(agent, cases.clear_reason, case_id, ReasonLayer.STATED)
    assert file(desk, agent, case_id).reasons == {}
    made = len(desk.made)
    desk.do(agent, cases.clear_reason, case_id, ReasonLayer.STATED)
    assert len(desk.made) == made


def test_that_the_last_step_of_the_why_chain_is_the_root(
    desk: Desk, agent: Actor, case_id: uuid.UUID, price: str
) -> None:
    steps = [WhyStepDraft(answer=f"因为 {n}") for n in range(4)]
    chain = WhyChainDraft(steps=(*steps, WhyStepDraft(answer="太贵", reason=price)))
    desk.do(agent, cases.set_why_chain, case_id, chain)
    found = file(desk, agent, case_id)
    assert [(one.step, one.answer) for one in found.why] == [
        (1, "因为 0"), (2, "因为 1"), (3, "因为 2"), (4, "因为 3"), (5, "太贵"),
    ]  # fmt: skip
    assert found.why[4].reason is not None
    assert found.why[4].reason.code == price
    assert found.reasons[ReasonLayer.ROOT].code == price
    shorter = WhyChainDraft(steps=(WhyStepDraft(answer="换了", reason=price),))
    desk.do(agent, cases.set_why_chain, case_id, shorter)
    assert [one.answer for one in file(desk, agent, case_id).why] == ["换了"]
    desk.do(agent, cases.set_why_chain, case_id, WhyChainDraft())
    found = file(desk, agent, case_id)
    assert found.why == ()
    assert found.reasons[ReasonLayer.ROOT].code == price  # the root stays until it is replaced


def test_that_a_step_with_a_reason_that_is_not_on_offer_is_refused(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    steps = (WhyStepDraft(answer="一"), WhyStepDraft(answer="二", reason="no_such_reason"))
    with pytest.raises(InvalidInputError) as raised:
        desk.do(agent, cases.set_why_chain, case_id, WhyChainDraft(steps=steps))
    assert raised.value.problems[0].field == "steps.1.reason"
    with pytest.raises(ValidationError):
        WhyChainDraft(steps=(WhyStepDraft(answer="x"),) * 6)


# ---------------------------------------------------------------- ending


def test_that_closing_needs_an_outcome_with_root_reason_and_type() -> None:
    for outcome in (Outcome.SAVED, Outcome.WON_BACK, Outcome.LOST):
        with pytest.raises(ValidationError):
            CloseDraft(outcome=outcome)


def test_that_closing_records_everything_and_cancels_what_was_planned(
    desk: Desk, agent: Actor, case_id: uuid.UUID, price: str
) -> None:
    customer = file(desk, agent, case_id).row.customer_id
    visit = VisitDraft(planned_on=TODAY, note="带样品")
    desk.do(agent, contacts.plan_visit, case_id, customer, visit)
    loose = desk.do(agent, contacts.plan_visit, None, customer, visit)
    draft = CloseDraft(
        outcome=Outcome.SAVED,
        root_reason=price,
        churn_type=ChurnType.ACTIVE_NATURAL,
        note="续签一年",
    )
    desk.do(agent, cases.close, case_id, draft)
    found = file(desk, agent, case_id)
    row = found.row
    assert (row.stage, row.outcome, row.closed_on) == (CaseStage.CLOSED, Outcome.SAVED, TODAY)
    assert (row.next_step, row.next_due) == (None, None)
    assert (found.close_note, found.churn_type) == ("续签一年", "active_natural")
    assert found.reasons[ReasonLayer.ROOT].code == price
    assert (found.events[-1].kind, found.events[-1].note) == (CaseEventKind.CLOSED, "续签一年")
    assert found.visits[0].state is VisitState.CANCELLED
    assert found.visits[0].note == "带样品\nCase 2026-00001 was closed."
    assert desk.look(agent, still_planned) == [loose]


def test_that_a_wrong_root_reason_stands_beside_its_field(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    draft = CloseDraft(
        outcome=Outcome.LOST, root_reason="no_such_reason", churn_type=ChurnType.ACTIVE_FAULT
    )
    with pytest.raises(InvalidInputError) as raised:
        desk.do(agent, cases.close, case_id, draft)
    assert raised.value.problems[0].field == "root_reason"
    assert file(desk, agent, case_id).row.stage is CaseStage.ASSIGNED


def test_that_a_reason_not_known_closes_as_undetermined(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    desk.do(agent, factories.attempt, case_id, AttemptResult.REFUSED)
    draft = CloseDraft(outcome=Outcome.LOST, root_reason="unknown_other")
    desk.do(agent, cases.close, case_id, draft)
    assert file(desk, agent, case_id).churn_type == "undetermined"


def test_that_a_closed_case_is_not_worked_on(
    desk: Desk, admin: Actor, agent: Actor, case_id: uuid.UUID, price: str
) -> None:
    desk.do(agent, cases.close, case_id, CloseDraft(outcome=Outcome.UNREACHABLE))
    version = file(desk, agent, case_id).version
    reason = ReasonDraft(layer=ReasonLayer.ROOT, reason=price)
    for service, arguments in (
        (cases.move, (CaseStage.CONTACTING,)),
        (cases.change, (version, CaseDraft())),
        (cases.set_reason, (reason,)),
        (cases.clear_reason, (ReasonLayer.ROOT,)),
        (cases.set_why_chain, (WhyChainDraft(),)),
        (cases.close, (CloseDraft(outcome=Outcome.DUPLICATE),)),
        (cases.take, ()),
        (cases.override_screening, ("because",)),
    ):
        with pytest.raises(ConflictError, match="Re-open it first"):
            desk.do(admin, service, case_id, *arguments)


def test_that_a_case_is_taken_up_again_by_its_owner(
    desk: Desk, admin: Actor, agent: Actor, case_id: uuid.UUID, price: str
) -> None:
    closing = CloseDraft(
        outcome=Outcome.LOST, root_reason=price, churn_type=ChurnType.ACTIVE_FAULT, note="走了"
    )
    desk.do(agent, factories.attempt, case_id, AttemptResult.REFUSED)
    desk.do(agent, cases.close, case_id, closing)
    desk.do(admin, cases.reopen, case_id, ReopenDraft(stage=CaseStage.CONTACTING, note="他回电"))
    found = file(desk, agent, case_id)
    row = found.row
    assert (row.stage, row.outcome, row.closed_on) == (CaseStage.CONTACTING, None, None)
    assert (row.owner, row.next_step, row.next_due) == ("agent", NextStep.CALL, TODAY)
    assert found.close_note == ""
    assert (found.events[-1].kind, found.events[-1].note) == (CaseEventKind.REOPENED, "他回电")
    assert found.reasons[ReasonLayer.ROOT].code == price


def test_that_a_case_whose_owner_has_left_goes_to_who_reopens_it(
    desk: Desk, admin: Actor, agent: Actor, actors: dict[Role, Actor]
) -> None:
    again = ReopenDraft(stage=CaseStage.ASSIGNED, note="again")
    for actor, owner in ((agent, "agent"), (actors[Role.HEAD_OFFICE], "")):
        gone = desk.do(admin, factories.add_user, Role.AGENT)
        left = desk.do(admin, factories.assigned_case, gone.user_id, store_id=agent.store_id)
        desk.do(admin, cases.close, left, CloseDraft(outcome=Outcome.DUPLICATE))
        desk.do(admin, factories.leave, gone.user_id)
        desk.do(actor, cases.reopen, left, again)
        assert file(desk, admin, left).row.owner == owner


def test_that_reopening_is_refused_when_it_makes_no_sense(
    desk: Desk, admin: Actor, case_id: uuid.UUID
) -> None:
    again = ReopenDraft(stage=CaseStage.ASSIGNED, note="again")
    with pytest.raises(ConflictError, match="is not closed"):
        desk.do(admin, cases.reopen, case_id, again)
    desk.do(admin, cases.close, case_id, CloseDraft(outcome=Outcome.DUPLICATE))
    customer = file(desk, admin, case_id).row.customer_id
    second = desk.do(admin, factories.open_case, customer)
    with pytest.raises(ConflictError, match="2026-00002"):
        desk.do(admin, cases.reopen, case_id, again)
    desk.do(admin, cases.close, second, CloseDraft(outcome=Outcome.DUPLICATE))
    desk.do(admin, factories.change_customer, customer, do_not_contact=True)
    with pytest.raises(ConflictError, match="not to be contacted"):
        desk.do(admin, cases.reopen, case_id, again)


def test_that_cases_that_are_gone_are_said_to_be_gone(desk: Desk, admin: Actor) -> None:
    nowhere = uuid.uuid4()
    with pytest.raises(NotFoundError):
        file(desk, admin, nowhere)
    with pytest.raises(NotFoundError):
        desk.do(admin, cases.move, nowhere, CaseStage.CONTACTING)
    with pytest.raises(NotFoundError, match="2026-00099"):
        desk.look(admin, cases.find, "2026-00099")


def test_that_a_case_is_found_by_its_number(desk: Desk, admin: Actor, case_id: uuid.UUID) -> None:
    assert desk.look(admin, cases.find, " 2026-00001 ") == case_id


def still_planned(session) -> list[uuid.UUID]:
    from db.queries.visits import VisitFilter

    rows = contacts.list_visits(session, VisitFilter(states=frozenset({VisitState.PLANNED})))
    return [row.id for row in rows]
