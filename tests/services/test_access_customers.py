"""Who may do what with customers, files, the journal, views, drafts and figures."""

import uuid
from types import ModuleType

import pytest

from db.models import SavedView
from db.queries.customer_card import OrderFilter
from db.queries.customers import CustomerFilter
from db.queries.journal import ChangeSetFilter
from db.session import Actor, Session
from db.vocabulary import ChangeKind, Role
from desktop_app.domain.customers import ContactDraft, CustomerDraft
from desktop_app.services import (
    attachments,
    customers,
    drafts,
    history,
    insights,
    team_figures,
    team_work,
    views,
)
from desktop_app.services.insights import ClosedFilter
from desktop_app.services.team_figures import TeamFilter
from tests import factories
from tests.services import rights
from tests.services.rights import (
    DECIDERS,
    EVERYBODY,
    GOERS,
    MANAGERS,
    WORKERS,
    Entry,
    Filled,
    Prepared,
)
from tests.services.rights_ground import closed, interviewed, nothing, own, visited

MODULES: tuple[ModuleType, ...] = (
    customers, attachments, history, drafts, views, insights, team_figures, team_work,
)  # fmt: skip
PLAIN = {
    "customers.as_draft", "customers.next_customer_number", "insights.counts_of",
    "views.from_json", "views.to_json",
}  # fmt: skip

pytestmark = pytest.mark.usefixtures("fixed_time")


def filed(session: Session, user: Actor) -> Prepared:
    """An interview of the user's own case with a file."""
    found = interviewed(session, user)
    row = attachments.add(
        session, found["case_id"], b"x", "a.png", interview_id=found["run"], address="/data/x"
    )
    return found | {"file": row.id}


def talked_to(session: Session, user: Actor) -> Prepared:
    found = nothing(session, user)
    contact = customers.add_contact(session, found["customer"], ContactDraft(name="甲"))
    return found | {"contact": contact}


def viewed(session: Session, user: Actor) -> Prepared:
    factories.name(session)
    view = SavedView(page="cases", name="x", user_id=user.user_id, criteria={})
    session.add(view)
    session.flush()
    return {"view": view.id}


READING: dict[str, Entry] = {
    "customers.count_customers": (
        EVERYBODY,
        nothing,
        lambda s, _p: customers.count_customers(s, CustomerFilter()),
    ),
    "customers.list_customers": (
        EVERYBODY,
        nothing,
        lambda s, _p: customers.list_customers(s, CustomerFilter(), None, 0, 5),
    ),
    "customers.export_customers": (
        MANAGERS,
        nothing,
        lambda s, _p: customers.export_customers(s, CustomerFilter(), None, 0, 5),
    ),
    "customers.search": (EVERYBODY, nothing, lambda s, _p: customers.search(s, "8000")),
    "customers.find": (EVERYBODY, nothing, lambda s, p: customers.find(s, p["number"])),
    "customers.class_sizes": (EVERYBODY, nothing, lambda s, _p: customers.class_sizes(s)),
    "customers.card": (EVERYBODY, own, lambda s, p: customers.card(s, p["customer"])),
    "customers.timeline": (EVERYBODY, nothing, lambda s, p: customers.timeline(s, p["customer"])),
    "customers.count_orders": (
        EVERYBODY,
        nothing,
        lambda s, p: customers.count_orders(s, OrderFilter(p["customer"])),
    ),
    "customers.list_orders": (
        EVERYBODY,
        nothing,
        lambda s, p: customers.list_orders(s, OrderFilter(p["customer"])),
    ),
    "attachments.rows_of_visit": (
        EVERYBODY,
        visited,
        lambda s, p: attachments.rows_of_visit(s, p["visit"]),
    ),
    "attachments.read": (EVERYBODY, filed, lambda s, p: attachments.read(s, p["file"])),
    "attachments.find": (EVERYBODY, filed, lambda s, p: attachments.find(s, p["run"], "a.png")),
    "attachments.rows_of_case": (
        EVERYBODY,
        filed,
        lambda s, p: attachments.rows_of_case(s, p["case_id"]),
    ),
    "attachments.rows_of_interview": (
        EVERYBODY,
        filed,
        lambda s, p: attachments.rows_of_interview(s, p["run"]),
    ),
    "history.count_change_sets": (
        EVERYBODY,
        nothing,
        lambda s, _p: history.count_change_sets(s, ChangeSetFilter()),
    ),
    "history.list_change_sets": (
        EVERYBODY,
        nothing,
        lambda s, _p: history.list_change_sets(s, ChangeSetFilter(kind=ChangeKind.EDIT)),
    ),
    "history.changes_of": (
        DECIDERS | {Role.AUDITOR},
        nothing,
        lambda s, _p: history.changes_of(s, uuid.uuid4()),
    ),
    "history.find": (EVERYBODY, nothing, lambda s, _p: history.find(s, None, "1")),
    "history.list_imports": (EVERYBODY, nothing, lambda s, _p: history.list_imports(s, "", 0, 5)),
    "history.record_history": (
        EVERYBODY,
        nothing,
        lambda s, p: history.record_history(s, "customer", p["customer"]),
    ),
    "drafts.load_draft": (EVERYBODY, nothing, lambda s, _p: drafts.load_draft(s, "x")),
    "drafts.open_drafts": (EVERYBODY, nothing, lambda s, _p: drafts.open_drafts(s)),
    "views.list_views": (EVERYBODY, viewed, lambda s, _p: views.list_views(s, "cases")),
    "insights.rates": (EVERYBODY, closed, lambda s, _p: insights.rates(s, ClosedFilter())),
    "team_figures.figures": (EVERYBODY, closed, lambda s, _p: team_figures.figures(s)),
    "team_figures.limited": (
        EVERYBODY,
        nothing,
        lambda s, _p: team_figures.limited(s, TeamFilter()),
    ),
    "team_work.work": (EVERYBODY, closed, lambda s, _p: team_work.work(s)),
}

WRITING: dict[str, Entry] = {
    "customers.reveal_phone": (
        WORKERS,
        nothing,
        lambda s, p: customers.reveal_phone(s, p["customer"]),
    ),
    "customers.reveal_contact_phone": (
        WORKERS,
        talked_to,
        lambda s, p: customers.reveal_contact_phone(s, p["contact"]),
    ),
    "customers.create": (
        WORKERS,
        nothing,
        lambda s, _p: customers.create(s, CustomerDraft(name="x")),
    ),
    "customers.change": (
        WORKERS,
        nothing,
        lambda s, p: customers.change(s, p["customer"], 1, CustomerDraft(name="y")),
    ),
    "customers.change_note": (
        WORKERS,
        nothing,
        lambda s, p: customers.change_note(s, p["customer"], 1, "y"),
    ),
    "customers.add_contact": (
        WORKERS,
        nothing,
        lambda s, p: customers.add_contact(s, p["customer"], ContactDraft(name="乙")),
    ),
    "customers.change_contact": (
        WORKERS,
        talked_to,
        lambda s, p: customers.change_contact(s, p["contact"], 1, ContactDraft(name="乙")),
    ),
    "customers.remove_contact": (
        WORKERS,
        talked_to,
        lambda s, p: customers.remove_contact(s, p["contact"]),
    ),
    "attachments.add": (WORKERS, own, lambda s, p: attachments.add(s, p["case_id"], b"x", "a.txt")),
    "attachments.add_to_visit": (
        GOERS,
        visited,
        lambda s, p: attachments.add_to_visit(s, p["visit"], factories.PNG, "a.png"),
    ),
    "attachments.remove": (WORKERS, filed, lambda s, p: attachments.remove(s, p["file"])),
    "attachments.take_out": (
        MANAGERS | {Role.HEAD_OFFICE},
        filed,
        lambda s, p: attachments.take_out(s, p["file"]),
    ),
    "attachments.read_for_export": (
        MANAGERS | {Role.HEAD_OFFICE},
        filed,
        lambda s, p: attachments.read_for_export(s, p["run"], "a.png"),
    ),
    "drafts.save_draft": (
        EVERYBODY - {Role.AUDITOR},
        nothing,
        lambda s, _p: drafts.save_draft(s, "x", {}),
    ),
    "drafts.discard_draft": (
        EVERYBODY - {Role.AUDITOR},
        nothing,
        lambda s, _p: drafts.discard_draft(s, "x"),
    ),
    "drafts.discard_drafts": (
        EVERYBODY - {Role.AUDITOR},
        nothing,
        lambda s, _p: drafts.discard_drafts(s, ["x"]),
    ),
    "views.save_view": (
        EVERYBODY - {Role.AUDITOR},
        nothing,
        lambda s, _p: views.save_view(s, "cases", "y", {}),
    ),
    "views.save_view for all": (
        DECIDERS,
        nothing,
        lambda s, _p: views.save_view(s, "cases", "y", {}, shared=True),
    ),
    "views.remove_view": (
        EVERYBODY - {Role.AUDITOR},
        viewed,
        lambda s, p: views.remove_view(s, p["view"]),
    ),
}


@pytest.mark.parametrize("service", [*READING, *WRITING])
def test_that_each_role_may_do_what_it_should_and_nothing_else(
    filled_desk: Filled, service: str
) -> None:
    rights.check(filled_desk, service, READING, WRITING)


def test_that_every_public_service_is_in_the_matrix() -> None:
    assert rights.public(MODULES, with_taken=True) - PLAIN == rights.tried(READING, WRITING)
