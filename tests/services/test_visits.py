"""Reports of visits and calls, satisfaction, gifts, photos, informal contacts."""

import datetime as dt
import io
import uuid
import zlib
from collections.abc import Sequence
from typing import Any

import pytest
from PIL import Image

from db.models import Visit
from db.queries import contact_facts
from db.session import SYSTEM, Actor, Session
from db.vocabulary import (
    CaseStage,
    Channel,
    CostKind,
    CustomerKind,
    NextStep,
    Outcome,
    Role,
    VisitState,
)
from desktop_app.columns import timeline as words
from desktop_app.domain.cases import CloseDraft
from desktop_app.domain.contact_rules import Contact
from desktop_app.domain.contacts import VisitDraft
from desktop_app.domain.visits import InformalDraft, VisitReport
from desktop_app.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from desktop_app.services import (
    agenda,
    attachments,
    cases,
    contact_permission,
    costs,
    customers,
    visits,
    work,
)
from desktop_app.services.visits import VisitFilter, VisitRow
from tests import factories
from tests.factories import Desk

TODAY = dt.date(2026, 9, 15)
PLAN = VisitDraft(planned_on=TODAY, purpose="回访")
PHOTO = factories.PNG
WIDE = b"IHDR" + (60_000).to_bytes(4) * 2 + PHOTO[24:29]
HUGE = PHOTO[:12] + WIDE + zlib.crc32(WIDE).to_bytes(4) + PHOTO[33:]
"""A picture that is too large to be decoded."""

pytestmark = pytest.mark.usefixtures("fixed_time")


@pytest.fixture
def customer(desk: Desk, admin: Actor, agent: Actor) -> uuid.UUID:
    """An active customer whom the agent looks after."""
    return desk.do(
        admin, factories.add_customer, name="华信贸易", kind=CustomerKind.COMPANY,
        store_id=agent.store_id, owner_id=agent.user_id,
    )  # fmt: skip


@pytest.fixture
def case_id(desk: Desk, admin: Actor, agent: Actor, customer: uuid.UUID) -> uuid.UUID:
    """A case of that customer."""
    found: uuid.UUID = desk.do(admin, factories.open_case, customer)
    desk.do(admin, cases.assign, [found], agent.user_id)
    return found


def plan(
    desk: Desk, agent: Actor, customer: uuid.UUID, case_id: uuid.UUID | None = None, **columns: Any
) -> uuid.UUID:
    return desk.do(agent, visits.plan_visit, case_id, customer, PLAN.model_copy(update=columns))


def row(desk: Desk, agent: Actor, visit: uuid.UUID) -> VisitRow:
    return desk.look(agent, visits.look, visit).row


def problems(desk: Desk, agent: Actor, service: Any, *arguments: Any) -> set[str]:
    with pytest.raises(InvalidInputError) as error:
        desk.do(agent, service, *arguments)
    return {problem.field for problem in error.value.problems}


def test_that_a_report_says_what_came_of_a_visit(
    desk: Desk, agent: Actor, customer: uuid.UUID
) -> None:
    visit = plan(desk, agent, customer)
    report = VisitReport(
        done_on=TODAY, met="李经理", note="满意", gift="月饼", satisfaction=4, next_step="送样品",
        answers={"business": "growing", "decider": True, "stock": " 充足 ", "rivals_seen": ""},
    )  # fmt: skip
    desk.do(agent, visits.report, visit, report)
    found = row(desk, agent, visit)
    assert (found.state, found.done_on) == (VisitState.DONE, TODAY)
    assert (found.met, found.note, found.gift) == ("李经理", "满意", "月饼")
    assert (found.satisfaction, found.next_step) == (4, "送样品")
    assert found.answers == {"business": "growing", "decider": True, "stock": "充足"}
    (told,) = [
        words.words(each)
        for each in desk.look(agent, customers.timeline, customer)
        if each.kind == "visit"
    ]
    assert "Met: 李经理" in told.detail
    assert "Satisfaction: 4 · Basically satisfied" in told.detail


def test_that_a_report_is_corrected_but_not_of_a_cancelled_visit(
    desk: Desk, agent: Actor, customer: uuid.UUID
) -> None:
    visit = plan(desk, agent, customer)
    desk.do(agent, visits.report, visit, VisitReport(done_on=TODAY, note="在家"))
    desk.do(agent, visits.report, visit, VisitReport(done_on=TODAY, note="不在家"))
    assert row(desk, agent, visit).note == "不在家"
    desk.undo()
    assert row(desk, agent, visit).note == "在家"
    other = plan(desk, agent, customer)
    desk.do(agent, visits.cancel_visit, other)
    with pytest.raises(ConflictError):
        desk.do(agent, visits.report, other, VisitReport(done_on=TODAY))
    with pytest.raises(NotFoundError):
        desk.do(agent, visits.report, uuid.uuid4(), VisitReport(done_on=TODAY))


@pytest.mark.parametrize(
    ("entered", "field"),
    [
        ({"done_on": TODAY + dt.timedelta(days=1)}, "done_on"),
        ({"gift": "花", "gift_amount": 50_00}, "gift_amount"),
        ({"answers": {"business": "booming"}}, "answers"),
        ({"answers": {"usage": "often"}}, "answers"),  # asked of persons, not of companies
        ({"done_on": dt.date(1990, 1, 1)}, "done_on"),
    ],
)
def test_that_a_wrong_report_is_refused_beside_its_field(
    desk: Desk, agent: Actor, customer: uuid.UUID, entered: dict[str, Any], field: str
) -> None:
    visit = plan(desk, agent, customer)
    report = VisitReport.model_validate({"done_on": TODAY} | entered)
    assert problems(desk, agent, visits.report, visit, report) == {field}
    assert row(desk, agent, visit).state is VisitState.PLANNED


def test_that_a_customer_who_leaves_is_not_asked_how_satisfied_they_are(
    desk: Desk, admin: Actor, agent: Actor, customer: uuid.UUID, case_id: uuid.UUID
) -> None:
    visit = plan(desk, agent, customer, case_id)
    report = VisitReport(done_on=TODAY, satisfaction=5)
    assert "is leaving" in desk.look(agent, visits.look, visit).not_asked
    assert problems(desk, agent, visits.report, visit, report) == {"satisfaction"}
    desk.do(agent, visits.report, visit, VisitReport(done_on=TODAY))
    lost = CloseDraft(
        outcome=Outcome.LOST, root_reason="unknown_not_reached", note="已转投别家",
    )  # fmt: skip
    desk.do(admin, cases.close, case_id, lost)
    later = plan(desk, agent, customer)
    assert "has left" in desk.look(agent, visits.look, later).not_asked
    bought = [(TODAY + dt.timedelta(days=1), 10_00)]
    desk.do(admin, factories.add_orders, customer, bought)
    assert desk.look(agent, visits.look, later).not_asked == ""
    desk.do(agent, visits.report, later, report)


def test_that_a_gift_is_a_cost_of_the_case(
    desk: Desk, agent: Actor, customer: uuid.UUID, case_id: uuid.UUID
) -> None:
    visit = plan(desk, agent, customer, case_id)
    nameless = VisitReport(done_on=TODAY, gift_amount=88_00)
    assert problems(desk, agent, visits.report, visit, nameless) == {"gift"}
    desk.do(agent, visits.report, visit, nameless.model_copy(update={"gift": "鲜花"}))
    (cost,) = desk.look(agent, costs.of_case, case_id).rows
    assert (cost.kind, cost.amount, cost.note) == (CostKind.GIFT, 88_00, "鲜花")
    assert desk.look(agent, cases.case_file, case_id).row.stage is CaseStage.CONTACTING
    desk.undo()
    assert desk.look(agent, costs.of_case, case_id).rows == ()
    assert row(desk, agent, visit).state is VisitState.PLANNED


def test_that_a_planned_call_is_called_a_call(
    desk: Desk, agent: Actor, customer: uuid.UUID, case_id: uuid.UUID
) -> None:
    columns = {"channel": Channel.CALL, "starts_at": dt.time(9, 30), "minutes": 20}
    loose = plan(desk, agent, customer, **columns)
    found = row(desk, agent, loose)
    assert (found.channel, found.starts_at, found.minutes) == tuple(columns.values())
    (line,) = [each for each in desk.look(agent, work.lines) if each.visit_id == loose]
    assert line.step is NextStep.CALL
    assert line.reasons[0].startswith("Call planned for")
    mine = plan(desk, agent, customer, case_id, **columns)
    file = desk.look(agent, cases.case_file, case_id)
    assert (file.row.next_step, file.row.next_due) == (NextStep.CALL, TODAY)
    standing = [each for each in desk.look(agent, work.lines) if each.visit_id == mine]
    assert [each.case_id for each in standing] == [case_id]  # with its case, not beside it
    desk.do(agent, visits.cancel_visit, mine)
    assert desk.look(agent, cases.case_file, case_id).row.next_step is None
    calls = VisitFilter(channel=Channel.CALL, states=frozenset({VisitState.PLANNED}))
    assert [each.id for each in desk.look(agent, visits.list_visits, calls)] == [loose]
    message = PLAN.model_copy(update={"channel": Channel.MESSAGE})
    assert problems(desk, agent, visits.plan_visit, None, customer, message) == {"channel"}


# ---------------------------------------------------------------- whose it is


def made_by(desk: Desk, visit: uuid.UUID) -> tuple[uuid.UUID | None, str | None]:
    """Who made a visit, and by which rule it was planned."""

    def read(session: Session) -> tuple[uuid.UUID | None, str | None]:
        found = session.get_one(Visit, visit)
        return found.by_id, found.rule

    found: tuple[uuid.UUID | None, str | None] = desk.look(SYSTEM, read)
    return found


def test_that_nobody_ends_or_moves_what_stands_in_the_calendar_of_another(
    desk: Desk, actors: dict[Role, Actor], agent: Actor
) -> None:
    clerk, manager = actors[Role.FIELD_STAFF], actors[Role.STORE_MANAGER]
    columns = {"store_id": agent.store_id, "owner_id": clerk.user_id}
    theirs = desk.do(SYSTEM, factories.add_customer, **columns)
    visit = plan(desk, manager, theirs)
    desk.do(SYSTEM, factories.change_row, Visit, visit, rule="A-manager")
    assert row(desk, clerk, visit).state is VisitState.PLANNED  # it is seen
    for service, *more in (
        (visits.to_report,),
        (visits.report, VisitReport(done_on=TODAY)),
        (visits.finish_visit, TODAY),
        (visits.cancel_visit,),
        (agenda.move, TODAY + dt.timedelta(days=1)),
        (attachments.add_to_visit, PHOTO, "shelf.png"),
    ):
        with pytest.raises(NotAllowedError, match=f"planned for {manager.name}"):
            desk.do(clerk, service, visit, *more)
    went = VisitReport(done_on=TODAY, by=clerk.user_id)  # whoever plans says who went
    desk.do(manager, visits.report, visit, went)
    assert made_by(desk, visit) == (clerk.user_id, None)  # no duty of the manager's
    desk.do(clerk, visits.report, visit, VisitReport(done_on=TODAY, note="在家"))
    assert made_by(desk, visit)[0] == clerk.user_id
    desk.do(manager, visits.report, visit, VisitReport(done_on=TODAY, note="不在家"))
    assert made_by(desk, visit)[0] == clerk.user_id  # a correction keeps who went


def test_that_who_works_on_a_case_answers_for_its_visits(
    desk: Desk, actors: dict[Role, Actor], agent: Actor, customer: uuid.UUID, case_id: uuid.UUID
) -> None:
    manager = actors[Role.STORE_MANAGER]
    keys = [plan(desk, agent, customer, case_id) for _number in range(4)]
    for key in keys:
        desk.do(SYSTEM, factories.change_row, Visit, key, by_id=manager.user_id)
    mine, theirs, off, moved = keys
    view = desk.look(agent, visits.to_report, mine)
    assert view.goers == ((manager.user_id, manager.name), (agent.user_id, agent.name))
    assert view.goer == agent.user_id
    desk.do(agent, visits.report, mine, VisitReport(done_on=TODAY))
    assert made_by(desk, mine)[0] == agent.user_id
    desk.do(agent, visits.report, theirs, VisitReport(done_on=TODAY, by=manager.user_id))
    assert made_by(desk, theirs)[0] == manager.user_id
    desk.do(agent, visits.cancel_visit, off)
    desk.do(agent, agenda.move, moved, TODAY + dt.timedelta(days=1), None, agent.user_id)
    assert made_by(desk, moved)[0] == agent.user_id


def test_that_who_went_is_somebody_who_may_have(
    desk: Desk, actors: dict[Role, Actor], agent: Actor, customer: uuid.UUID
) -> None:
    manager, auditor = actors[Role.STORE_MANAGER], actors[Role.AUDITOR]
    visit = plan(desk, agent, customer)
    assert desk.look(agent, visits.to_report, visit).goers == ((agent.user_id, agent.name),)
    far = desk.do(SYSTEM, factories.add_store)
    stranger = desk.do(SYSTEM, factories.add_user, Role.AGENT, far)
    for who, by in ((agent, manager), (manager, auditor), (manager, stranger)):
        report = VisitReport(done_on=TODAY, by=by.user_id)
        assert problems(desk, who, visits.report, visit, report) == {"by"}
    known = desk.look(manager, visits.to_report, visit)
    assert known.goer == agent.user_id
    assert known.goers[0] == (agent.user_id, agent.name)
    assert {agent.user_id, manager.user_id} <= dict(known.goers).keys()
    assert not dict(known.goers).keys() & {auditor.user_id, stranger.user_id}


def test_that_what_nobody_makes_is_free_to_who_works_on_cases(
    desk: Desk, actors: dict[Role, Actor], agent: Actor, customer: uuid.UUID
) -> None:
    gone = desk.do(SYSTEM, factories.add_user, Role.FIELD_STAFF, agent.store_id)
    keys = [plan(desk, agent, customer) for _number in range(2)]
    for key, by_id in zip(keys, (None, gone.user_id), strict=True):
        desk.do(SYSTEM, factories.change_row, Visit, key, by_id=by_id)
    desk.do(SYSTEM, factories.leave, gone.user_id)
    for key in keys:
        with pytest.raises(NotAllowedError, match="Your role"):
            desk.do(actors[Role.TRAINER], visits.finish_visit, key, TODAY)
        desk.do(agent, visits.finish_visit, key, TODAY)
        assert made_by(desk, key)[0] == agent.user_id


def test_that_head_office_reports_moves_and_calls_off_its_own(
    desk: Desk, actors: dict[Role, Actor], customer: uuid.UUID, agent: Actor, case_id: uuid.UUID
) -> None:
    general = actors[Role.HEAD_OFFICE]
    keys = [plan(desk, agent, customer, case_id), *(plan(desk, agent, customer) for _n in range(2))]
    for key in keys:
        desk.do(SYSTEM, factories.change_row, Visit, key, by_id=general.user_id)
    made, off, moved = keys
    report = VisitReport(done_on=TODAY, gift="鲜花", gift_amount=88_00)
    desk.do(general, visits.report, made, report, [(PHOTO, "shelf.png")])
    assert made_by(desk, made)[0] == general.user_id
    desk.do(general, visits.cancel_visit, off)
    desk.do(general, agenda.move, moved, TODAY + dt.timedelta(days=1))
    states = [row(desk, general, key).state for key in keys]
    assert states == [VisitState.DONE, VisitState.CANCELLED, VisitState.PLANNED]


# ---------------------------------------------------------------- days


def test_that_nothing_is_planned_for_a_day_that_is_over(
    desk: Desk, agent: Actor, customer: uuid.UUID, case_id: uuid.UUID
) -> None:
    before = desk.look(agent, cases.case_file, case_id).row
    past = PLAN.model_copy(update={"planned_on": TODAY - dt.timedelta(days=1)})
    for case in (None, case_id):
        assert problems(desk, agent, visits.plan_visit, case, customer, past) == {"planned_on"}
    assert desk.look(agent, cases.case_file, case_id).row == before
    made = {"state": VisitState.DONE, "done_on": TODAY - dt.timedelta(days=1)}
    desk.do(agent, visits.plan_visit, None, customer, past.model_copy(update=made))
    long_ago = {"state": VisitState.DONE, "done_on": TODAY - dt.timedelta(days=400)}
    early = PLAN.model_copy(update=long_ago)
    assert problems(desk, agent, visits.plan_visit, None, customer, early) == {"done_on"}


# ---------------------------------------------------------------- by the way


def past(session: Session, customer: uuid.UUID) -> Sequence[Contact]:
    """The contacts that the rules of contacting know of."""
    (rows,) = contact_facts.past_contacts(session, [customer]).values()
    return contact_permission.contacts_of(rows)


def test_that_an_informal_contact_presses_nobody(
    desk: Desk, agent: Actor, customer: uuid.UUID, case_id: uuid.UUID
) -> None:
    before = desk.look(agent, cases.case_file, case_id).row
    draft = InformalDraft(on=TODAY, channel=Channel.CALL, met="李经理", note="展会上遇见")
    made = desk.do(agent, visits.record_informal, customer, draft, case_id)
    found = row(desk, agent, made)
    assert (found.is_informal, found.state, found.channel) == (
        True, VisitState.DONE, Channel.CALL,
    )  # fmt: skip
    after = desk.look(agent, cases.case_file, case_id).row
    assert (after.stage, after.next_step) == (before.stage, before.next_step)
    (contact,) = desk.look(agent, past, customer)
    assert (contact.is_informal, contact.channel) == (True, Channel.CALL)


def test_that_an_informal_contact_lies_in_the_past_and_in_the_right_case(
    desk: Desk, agent: Actor, customer: uuid.UUID, case_id: uuid.UUID
) -> None:
    tomorrow = InformalDraft(on=TODAY + dt.timedelta(days=1))
    assert problems(desk, agent, visits.record_informal, customer, tomorrow) == {"on"}
    other = desk.do(agent, factories.add_customer, store_id=agent.store_id, owner_id=agent.user_id)
    draft = InformalDraft(on=TODAY)
    assert problems(desk, agent, visits.record_informal, other, draft, case_id) == {"case_id"}


# ---------------------------------------------------------------- photos


def test_that_photos_of_a_visit_without_a_case_are_its_customers(
    desk: Desk, actors: dict[Role, Actor], agent: Actor, customer: uuid.UUID
) -> None:
    visit = plan(desk, agent, customer)
    photos = [(PHOTO, "shelf.png"), (PHOTO, "shelf.png"), (PHOTO + b"2", "shelf.png")]
    desk.do(agent, visits.report, visit, VisitReport(done_on=TODAY), photos)
    files = desk.look(agent, attachments.rows_of_visit, visit)
    assert sorted(each.name for each in files) == ["shelf (2).png", "shelf.png"]
    assert desk.do(agent, attachments.read, files[-1].id).startswith(PHOTO)
    shown = desk.look(agent, customers.timeline, customer)
    assert sum(each.kind == "file" for each in shown) == 2
    stranger = desk.do(actors[Role.ADMINISTRATOR], factories.add_user, Role.FIELD_STAFF)
    for service in (attachments.read, attachments.remove):
        with pytest.raises(NotAllowedError):
            desk.do(stranger, service, files[0].id)
    desk.do(agent, attachments.remove, files[0].id)
    assert len(desk.look(agent, attachments.rows_of_visit, visit)) == 1
    desk.undo()
    assert len(desk.look(agent, attachments.rows_of_visit, visit)) == 2
    manager = actors[Role.STORE_MANAGER]
    assert desk.do(manager, attachments.take_out, files[0].id).startswith(PHOTO)


def test_that_photos_of_a_visit_of_a_case_are_files_of_the_case(
    desk: Desk, agent: Actor, customer: uuid.UUID, case_id: uuid.UUID
) -> None:
    visit = plan(desk, agent, customer, case_id)
    added = desk.do(agent, attachments.add_to_visit, visit, PHOTO, "shelf.png")
    assert [each.id for each in desk.look(agent, attachments.rows_of_case, case_id)] == [added.id]
    assert desk.look(agent, visits.look, visit).files == [added]


def test_that_a_photo_that_cannot_be_read_keeps_the_report_back(
    desk: Desk, agent: Actor, customer: uuid.UUID
) -> None:
    visit = plan(desk, agent, customer)
    report = VisitReport(done_on=TODAY)
    assert problems(desk, agent, visits.report, visit, report, [(b"", "x.png")]) == {"file"}
    assert row(desk, agent, visit).state is VisitState.PLANNED


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"not an image", "x.jpg"),
        (PHOTO[:40], "x.png"),  # cut off on its way
        (b"%!PS-Adobe-3.0 EPSF-3.0", "x.png"),
        (b"", "x.heic"),
        (b"not an image", "x.heic"),
    ],
)
def test_that_what_is_called_a_picture_is_one(
    desk: Desk, agent: Actor, customer: uuid.UUID, content: bytes, name: str
) -> None:
    visit = plan(desk, agent, customer)
    report = VisitReport(done_on=TODAY)
    photos = [(PHOTO, "shelf.png"), (content, name)]
    with pytest.raises(InvalidInputError) as refused:
        desk.do(agent, visits.report, visit, report, photos)
    (problem,) = refused.value.problems
    assert name in problem.message
    assert row(desk, agent, visit).state is VisitState.PLANNED  # nothing is half done
    assert desk.look(agent, attachments.rows_of_visit, visit) == []


def test_that_pictures_of_all_kinds_and_other_files_are_taken(
    desk: Desk, agent: Actor, customer: uuid.UUID
) -> None:
    visit = plan(desk, agent, customer)
    picture = Image.new("RGB", (40, 30))
    given = [(b"%PDF-1.7", "letter.pdf"), (b"\0\0\0\x18ftypheic", "phone.heic"), (HUGE, "b.png")]
    for kind in ("png", "jpeg", "gif", "bmp", "webp", "tiff"):
        with io.BytesIO() as written:
            picture.save(written, kind)
            given.append((written.getvalue(), f"a.{kind}"))
    desk.do(agent, visits.report, visit, VisitReport(done_on=TODAY), given)
    assert len(desk.look(agent, attachments.rows_of_visit, visit)) == len(given)
