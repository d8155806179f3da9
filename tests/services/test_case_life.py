"""Hypothesis plays with cases: every sequence keeps the rules, and all of it can be undone."""

import datetime as dt
import shutil
import tempfile
import uuid
from itertools import pairwise
from pathlib import Path

import pytest
import time_machine
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from db.models import Case, User
from db.session import SYSTEM, Actor, Database
from db.vocabulary import (
    AttemptResult,
    CaseStage,
    InterviewState,
    NextStep,
    Outcome,
    ReasonLayer,
    Role,
    RuleKind,
    VisitState,
)
from desktop_app.domain.cases import REOPEN_STAGES, CaseDraft, CloseDraft, OpenDraft, ReopenDraft
from desktop_app.domain.contacts import VisitDraft
from desktop_app.domain.reasons import ChurnType, ReasonDraft, WhyChainDraft, WhyStepDraft
from desktop_app.errors import UserError
from desktop_app.services import cases, contacts, interview_end, interviews
from tests import factories
from tests.conftest import KEY, NOW
from tests.factories import Desk

CODES = ("price_increase", "unknown_other", "comp_price_war")
TODAY = dt.date(2026, 9, 15)
REASONS = st.sampled_from(CODES)
TABLES = ("departure_case", "case_event", "visit", "interview", "customer")
PICK = st.integers(0, 10**6)


class CaseLife(RuleBasedStateMachine):
    """Two workers, four customers, one of whom is not to be pursued."""

    template: Path

    @initialize()
    def open_workspace(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy2(self.template, self.folder / "workspace.db")
        self.database = Database(self.folder / "workspace.db", KEY)
        self.desk = Desk(self.database)
        with self.database.read() as session:
            users = {
                Role(user.role): Actor(
                    user.id, user.login, user.name, Role(user.role), user.store_id
                )
                for user in session.scalars(select(User))
            }
        self.admin = users[Role.ADMINISTRATOR]
        self.workers = [users[Role.AGENT], users[Role.STORE_MANAGER]]
        flags = ({}, {}, {}, {"malicious_arrears": True})
        self.customers = [
            self.desk.do(SYSTEM, factories.add_customer, **columns) for columns in flags
        ]
        self.desk.made.clear()
        self.before = self.desk.rows()
        self.rows = self.desk.rows(*TABLES)

    def teardown(self) -> None:
        if not hasattr(self, "desk"):
            return
        while self.desk.made:
            self.desk.undo()
        assert self.desk.rows() == self.before
        self.database.close()
        shutil.rmtree(self.folder)

    # What the machine knows: rows are read after every step, never remembered.

    def cases(self, *, is_open: bool | None = None) -> list[dict]:
        found = list(self.rows["departure_case"].values())
        if is_open is None:
            return found
        return [row for row in found if (row["stage"] != CaseStage.CLOSED) is is_open]

    def pick(self, rows: list[dict], number: int) -> uuid.UUID | None:
        ordered = sorted(rows, key=lambda row: row["id"].hex)
        return ordered[number % len(ordered)]["id"] if ordered else None

    def attempt(self, service, *arguments) -> None:
        """Refusals are part of the game; bugs are not. A refusal changes nothing."""
        made = len(self.desk.made)
        try:
            self.desk.do(self.admin, service, *arguments)
        except UserError:
            assert len(self.desk.made) == made
            return
        self.rows = self.desk.rows(*TABLES)

    @rule(number=PICK, kind=st.sampled_from(RuleKind))
    def open(self, number: int, kind: RuleKind) -> None:
        customer = self.customers[number % len(self.customers)]
        self.attempt(cases.open_case, customer, OpenDraft(kind=kind))

    @precondition(lambda self: self.cases(is_open=True))
    @rule(numbers=st.lists(PICK, min_size=1, max_size=3), worker=st.booleans())
    def assign(self, numbers: list[int], worker: bool) -> None:
        ids = [self.pick(self.cases(is_open=True), number) for number in numbers]
        self.attempt(cases.assign, ids, self.workers[worker].user_id)

    @precondition(lambda self: self.cases(is_open=True))
    @rule(number=PICK)
    def override(self, number: int) -> None:
        self.attempt(cases.override_screening, self.pick(self.cases(is_open=True), number), "ok")

    @precondition(lambda self: self.cases())
    @rule(number=PICK, stage=st.sampled_from(CaseStage))
    def move(self, number: int, stage: CaseStage) -> None:
        self.attempt(cases.move, self.pick(self.cases(), number), stage)

    @precondition(lambda self: self.cases())
    @rule(number=PICK, left=st.booleans(), step=st.none() | st.sampled_from(NextStep))
    def change(self, number: int, left: bool, step: NextStep | None) -> None:
        case_id = self.pick(self.cases(), number)
        with self.database.read() as session:
            version = session.get_one(Case, case_id).version
        due = TODAY if step is not None else None
        draft = CaseDraft(left_on=TODAY if left else None, next_step=step, next_due=due)
        self.attempt(cases.change, case_id, version, draft)

    @precondition(lambda self: self.cases())
    @rule(number=PICK, layer=st.sampled_from(ReasonLayer), code=REASONS)
    def give_reason(self, number: int, layer: ReasonLayer, code: str) -> None:
        draft = ReasonDraft(layer=layer, reason=code)
        self.attempt(cases.set_reason, self.pick(self.cases(), number), draft)

    @precondition(lambda self: self.cases())
    @rule(number=PICK, codes=st.lists(st.none() | REASONS, max_size=5))
    def ask_why(self, number: int, codes: list[str | None]) -> None:
        steps = tuple(WhyStepDraft(answer=f"因为 {code}", reason=code) for code in codes)
        draft = WhyChainDraft(steps=steps)
        self.attempt(cases.set_why_chain, self.pick(self.cases(), number), draft)

    @precondition(lambda self: self.cases())
    @rule(number=PICK, result=st.sampled_from(AttemptResult))
    def call(self, number: int, result: AttemptResult) -> None:
        self.attempt(factories.attempt, self.pick(self.cases(), number), result)

    @precondition(lambda self: self.cases())
    @rule(number=PICK, days=st.integers(0, 9))
    def plan_visit(self, number: int, days: int) -> None:
        case_id = self.pick(self.cases(), number)
        customer = self.rows["departure_case"][str(case_id)]["customer_id"]
        draft = VisitDraft(planned_on=TODAY + dt.timedelta(days=days))
        self.attempt(contacts.plan_visit, case_id, customer, draft)

    @precondition(lambda self: self.rows["visit"])
    @rule(number=PICK, done=st.booleans())
    def end_visit(self, number: int, done: bool) -> None:
        visit = self.pick(list(self.rows["visit"].values()), number)
        if done:
            self.attempt(contacts.finish_visit, visit, TODAY)
        else:
            self.attempt(contacts.cancel_visit, visit)

    @precondition(lambda self: self.cases(is_open=True))
    @rule(number=PICK, code=REASONS, finish=st.booleans())
    def interview(self, number: int, code: str, finish: bool) -> None:
        case_id = self.pick(self.cases(is_open=True), number)
        self.attempt(interviews.start, case_id)
        drafts = [
            row
            for row in self.rows["interview"].values()
            if row["case_id"] == case_id and row["state"] == InterviewState.DRAFT
        ]
        for row in drafts:
            for name, value in (
                ("stated_reason", code),
                ("what_happened", "涨价"),
                ("why_step_1/why_1", "又涨价"),
                ("why_step_1/why_1_reason", code),
            ):
                self.attempt(interviews.save_answer, row["id"], f"/data/{name}", value)
            if finish:
                self.attempt(interview_end.finish, row["id"])

    @precondition(lambda self: self.rows["interview"])
    @rule(number=PICK)
    def reopen_interview(self, number: int) -> None:
        run_id = self.pick(list(self.rows["interview"].values()), number)
        self.attempt(interview_end.reopen, run_id, "更正")

    @precondition(lambda self: self.cases(is_open=True))
    @rule(number=PICK, outcome=st.sampled_from(Outcome), code=REASONS)
    def close(self, number: int, outcome: Outcome, code: str) -> None:
        draft = CloseDraft(outcome=outcome, root_reason=code, churn_type=ChurnType.ACTIVE_FAULT)
        self.attempt(cases.close, self.pick(self.cases(is_open=True), number), draft)

    @precondition(lambda self: self.cases(is_open=False))
    @rule(number=PICK, stage=st.sampled_from(REOPEN_STAGES))
    def reopen(self, number: int, stage: CaseStage) -> None:
        draft = ReopenDraft(stage=stage, note="again")
        self.attempt(cases.reopen, self.pick(self.cases(is_open=False), number), draft)

    @precondition(lambda self: hasattr(self, "desk") and self.desk.made)
    @rule()
    def undo(self) -> None:
        self.desk.undo()
        self.rows = self.desk.rows(*TABLES)

    # What must always be true.

    @invariant()
    def one_open_case_a_customer_and_kind(self) -> None:
        keys = [(row["customer_id"], row["kind"]) for row in self.cases(is_open=True)]
        assert len(keys) == len(set(keys))

    @invariant()
    def closed_cases_have_an_outcome_and_nothing_planned(self) -> None:
        for row in self.cases():
            is_closed = row["stage"] == CaseStage.CLOSED
            assert is_closed is (row["outcome"] is not None) is (row["closed_on"] is not None)
            assert (row["next_step"] is None) is (row["next_due"] is None)
            if is_closed:
                assert row["next_step"] is None
        closed = {row["id"] for row in self.cases(is_open=False)}
        for visit in self.rows["visit"].values():
            assert visit["state"] != VisitState.PLANNED or visit["case_id"] not in closed

    @invariant()
    def the_events_tell_how_the_case_came_to_its_stage(self) -> None:
        told: dict[uuid.UUID, list[dict]] = {}
        for event in self.rows["case_event"].values():
            told.setdefault(event["case_id"], []).append(event)
        for row in self.cases():
            events = sorted(told[row["id"]], key=lambda one: (one["at"], one["id"].hex))
            staged = [one for one in events if one["new_value"]]  # a note tells of no stage
            assert staged[0]["new_value"] == CaseStage.IDENTIFIED
            assert staged[-1]["new_value"] == row["stage"]
            for before, event in pairwise(staged):
                if event["kind"] in {"moved", "assigned", "closed", "reopened"}:
                    assert event["old_value"] == before["new_value"]

    @invariant()
    def nobody_is_assigned_without_a_screening(self) -> None:
        for row in self.cases(is_open=True):
            early = row["stage"] in {CaseStage.IDENTIFIED, CaseStage.SCREENED}
            assert early is (row["owner_id"] is None)

    @invariant()
    def a_refusal_stops_all_queues(self) -> None:
        refused = {row["id"] for row in self.rows["customer"].values() if row["do_not_contact"]}
        for row in self.cases(is_open=True):
            if row["customer_id"] in refused:
                assert row["next_step"] in {None, "close", "remedy", "correct_contact"}
        for visit in self.rows["visit"].values():
            assert visit["customer_id"] not in refused or visit["state"] != VisitState.PLANNED


@pytest.mark.untraced
def test_that_any_life_of_a_case_keeps_the_rules_and_can_be_undone(template_database: Path) -> None:
    CaseLife.template = template_database
    CaseLife.rows = {table: {} for table in TABLES}
    with time_machine.travel(NOW, tick=False):
        run_state_machine_as_test(
            CaseLife,
            settings=settings(
                max_examples=max(settings().max_examples // 5, 1),
                stateful_step_count=25,
                deadline=None,
                phases=(Phase.explicit, Phase.reuse, Phase.generate),
                suppress_health_check=list(HealthCheck),
            ),
        )
