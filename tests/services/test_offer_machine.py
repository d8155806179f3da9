"""Hypothesis plays with offers: caps, ceilings, approvals and budgets hold, all can be undone."""

import datetime as dt
import shutil
import tempfile
import uuid
from pathlib import Path
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from db.session import SYSTEM, Database
from db.vocabulary import Approach, OfferGoal, OfferState, Role, RuleKind
from desktop_app import clock
from desktop_app.domain.cases import OpenDraft
from desktop_app.errors import UserError
from desktop_app.services import cases, offer_budget, offers
from tests import offered
from tests.conftest import KEY, NOW, actors_of
from tests.factories import Desk

PICK = st.integers(0, 10**6)
WORDS = ("case_offer", "cost_entry", "coupon", "offer_budget", "departure_case")
STANDING = {OfferState.WAITING, OfferState.APPROVED, OfferState.ACCEPTED}
COMMITTED = {OfferState.APPROVED, OfferState.ACCEPTED}
FROZEN = 90

Row = dict[str, Any]


class OfferLife(RuleBasedStateMachine):
    """Three people, two customers with two cases each, four offers, a small budget."""

    template: Path
    time: time_machine.Traveller
    rows: dict[str, dict[str, Row]]

    @initialize()
    def open_workspace(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy2(self.template, self.folder / "workspace.db")
        self.database = Database(self.folder / "workspace.db", KEY)
        self.desk = Desk(self.database)
        self.time.move_to(NOW)
        users = actors_of(self.database)
        self.agent, self.manager = users[Role.AGENT], users[Role.STORE_MANAGER]
        self.office = users[Role.HEAD_OFFICE]
        self.people = [self.agent, self.manager]
        self.cases = [case for value in (100_000, None) for case in self.two_cases(value)]
        self.offers = {
            self.desk.do(SYSTEM, offered.offer, **fields): fields
            for fields in (
                {"cost": 0, "cap_per_customer": 2, "approach": Approach.RELATIONSHIP},
                {"cost": 5000, "cap_per_customer": 2, "is_coupon": True},
                {"cost": 6000, "cap_per_customer": 1, "goal": OfferGoal.GIFT},
                {"cost": 9000, "cap_per_customer": 1},
            )
        }
        month = offer_budget.month_of(clock.today())
        self.desk.do(SYSTEM, offer_budget.set_budget, self.agent.store_id, month, 9000)
        self.desk.made.clear()
        self.before = self.desk.rows()
        self.rows = self.desk.rows(*WORDS)

    def two_cases(self, value: int | None) -> list[uuid.UUID]:
        first = self.desk.do(
            SYSTEM, offered.case, self.agent.user_id, value, store_id=self.agent.store_id
        )
        customer = self.desk.look(SYSTEM, cases.case_file, first).row.customer_id
        second = self.desk.do(
            SYSTEM, cases.open_case, customer, OpenDraft(kind=RuleKind.CANCEL_REQUEST)
        )
        self.desk.do(SYSTEM, cases.assign, [second], self.agent.user_id)
        self.desk.do(SYSTEM, offered.worth, second, value)
        return [first, second]

    def teardown(self) -> None:
        if not hasattr(self, "desk"):
            return
        while self.desk.made:
            self.desk.undo()
        assert self.desk.rows() == self.before
        self.database.close()
        shutil.rmtree(self.folder)

    # ------------------------------------------------------------ what is done

    def attempt(self, actor, service, *arguments, **named) -> None:
        """Refusals are part of the game; bugs are not. A refusal changes nothing."""
        made, before = len(self.desk.made), self.made()
        try:
            self.desk.do(actor, service, *arguments, **named)
        except UserError:
            assert len(self.desk.made) == made
            return
        self.rows = self.desk.rows(*WORDS)
        for key, row in self.made().items():
            old = before.get(key)
            if row["state"] == OfferState.APPROVED and (old is None or old["state"] != "approved"):
                self.check_made(row)
        self.check_all()

    def made(self) -> dict[str, Row]:
        return self.rows["case_offer"]

    def some(self, number: int, state: OfferState) -> Row:
        """One of the offers in a state, or of all when there is none in it."""
        ordered = sorted(self.made().values(), key=lambda row: row["id"])
        ordered = [row for row in ordered if row["state"] == state] or ordered
        return ordered[number % len(ordered)]

    @rule(
        wanted=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=4),
        manager=st.booleans(),
    )
    def propose(self, wanted: list[tuple[int, int]], manager: bool) -> None:
        for case, offer in wanted:
            key = list(self.offers)[offer]
            self.attempt(self.people[manager], offers.propose, self.cases[case], key, "weil")

    @precondition(lambda self: self.made())
    @rule(number=PICK, who=st.integers(0, 1), approve=st.booleans())
    def decide(self, number: int, who: int, approve: bool) -> None:
        actor = (self.manager, self.office)[who]
        row = self.some(number, OfferState.WAITING)
        self.attempt(actor, offers.decide, row["id"], approve=approve, note="x")

    @precondition(lambda self: self.made())
    @rule(number=PICK, accepted=st.booleans())
    def answer(self, number: int, accepted: bool) -> None:
        row = self.some(number, OfferState.APPROVED)
        self.attempt(self.agent, offers.answer, row["id"], accepted=accepted)

    @precondition(lambda self: self.made())
    @rule(number=PICK)
    def withdraw(self, number: int) -> None:
        row = self.some(number, OfferState.APPROVED)
        self.attempt(self.agent, offers.withdraw, row["id"])

    @precondition(lambda self: self.made())
    @rule(amount=st.sampled_from([None, 0, 5000, 9000]), days=st.sampled_from([0, 1, 20, 31, 200]))
    def go_on(self, amount: int | None, days: int) -> None:
        """Time passes, and head office thinks again about the budget."""
        self.time.shift(dt.timedelta(days=days))
        self.check_all()
        month = offer_budget.month_of(clock.today())
        self.attempt(self.office, offer_budget.set_budget, self.agent.store_id, month, amount)

    @precondition(lambda self: hasattr(self, "desk") and self.desk.made)
    @rule()
    def undo(self) -> None:
        self.desk.undo()
        self.rows = self.desk.rows(*WORDS)
        self.check_all()

    # ------------------------------------------------------------ what must hold

    def check_made(self, row: Row) -> None:
        """Of an offer that may be made from now on: by itself, or because somebody said yes."""
        used, budget = self.used(), self.budget()
        too_much = budget is not None and row["cost"] > 0 and used > budget
        if row["decided_by_id"] is None:
            assert self.on_case(row["case_id"]) <= (row["ceiling"] or 0)
            assert not self.departs(row)
            assert not too_much
        else:
            assert row["decided_by_id"] != row["by_id"]
            assert not too_much or row["decided_by_id"] == self.office.user_id

    def check_all(self) -> None:
        today = clock.today()
        counts: dict[tuple[uuid.UUID, uuid.UUID], int] = {}
        for row in self.standing():
            if day_of(row) > today - dt.timedelta(days=365):
                key = row["customer_id"], row["offer_id"]
                counts[key] = counts.get(key, 0) + 1
        for (_customer, offer), count in counts.items():
            assert count <= self.offers[offer]["cap_per_customer"]
        accepted = [row for row in self.made().values() if row["state"] == OfferState.ACCEPTED]
        booked = self.rows["cost_entry"].values()
        assert sorted(row["id"] for row in accepted) == sorted(e["case_offer_id"] for e in booked)
        assert sum(row["cost"] for row in accepted) == sum(entry["amount"] for entry in booked)
        given = sorted(coupon["case_offer_id"] for coupon in self.rows["coupon"].values())
        assert given == sorted(
            row["id"] for row in accepted if self.offers[row["offer_id"]].get("is_coupon")
        )
        for case in self.cases:
            kinds = {
                self.offers[row["offer_id"]].get("approach", Approach.PRICE)
                for row in accepted
                if row["case_id"] == case
            }
            wanted = None if not kinds else Approach.MIXED if len(kinds) > 1 else kinds.pop()
            assert self.rows["departure_case"][str(case)]["approach"] == wanted

    def standing(self) -> list[Row]:
        return [
            row
            for row in self.made().values()
            if row["state"] in STANDING and not self.is_lapsed(row)
        ]

    def is_lapsed(self, row: Row) -> bool:
        return row["state"] == OfferState.APPROVED and row["expires_on"] < clock.today()

    def on_case(self, case: uuid.UUID) -> int:
        return sum(row["cost"] for row in self.standing() if row["case_id"] == case)

    def used(self) -> int:
        month = offer_budget.month_of(clock.today())
        return sum(
            row["cost"]
            for row in self.standing()
            if row["state"] in COMMITTED
            and f"{clock.local(row['decided_at'] or row['proposed_at']):%Y-%m}" == month
        )

    def budget(self) -> int | None:
        month = offer_budget.month_of(clock.today())
        found = [row for row in self.rows["offer_budget"].values() if row["month"] == month]
        return found[0]["amount"] if found else None

    def departs(self, row: Row) -> bool:
        """Whether the customer was offered something else first within the window."""
        earlier = [
            other
            for other in self.made().values()
            if other["customer_id"] == row["customer_id"]
            and other["id"] != row["id"]
            and other["state"] in {*STANDING, OfferState.DECLINED}
            and day_of(other) > clock.today() - dt.timedelta(days=FROZEN)
        ]
        if not earlier:
            return False
        accepted = [other for other in earlier if other["state"] == OfferState.ACCEPTED]
        first = min(accepted or earlier, key=lambda other: (other["proposed_at"], other["id"]))
        return first["offer_id"] != row["offer_id"]


def day_of(row: Row) -> dt.date:
    return clock.local(row["proposed_at"]).date()


@pytest.mark.untraced
def test_that_no_sequence_breaks_budgets_caps_ceilings_or_approvals(
    template_database: Path,
) -> None:
    OfferLife.template = template_database
    OfferLife.rows = {table: {} for table in WORDS}
    with time_machine.travel(NOW, tick=False) as traveller:
        OfferLife.time = traveller
        run_state_machine_as_test(
            OfferLife,
            settings=settings(
                max_examples=max(settings().max_examples // 5, 1),
                stateful_step_count=30,
                deadline=None,
                phases=(Phase.explicit, Phase.reuse, Phase.generate),
                suppress_health_check=list(HealthCheck),
            ),
        )
