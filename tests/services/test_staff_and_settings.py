"""Users, stores and the settings of the workspace."""

import uuid
from datetime import date

import pytest
from pydantic import ValidationError

from db.models import Case, Store, User
from db.queries.customers import CustomerFilter, list_customers
from db.session import Actor, Database
from db.vocabulary import Role
from desktop_app.domain.screening import SwitchLimit
from desktop_app.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from desktop_app.services import staff, workspace_settings
from desktop_app.services.staff import StoreDraft, UserDraft
from desktop_app.services.workspace_settings import WorkspaceSettings
from tests import factories
from tests.world import add_customers, add_orders


def test_that_users_are_added_changed_and_listed(database: Database, admin: Actor) -> None:
    with database.write(admin) as session:
        user_id = staff.add_user(session, UserDraft(login="li", name="李娜", role=Role.AGENT))
    with pytest.raises(InvalidInputError), database.write(admin) as session:
        staff.add_user(session, UserDraft(login="li", name="x", role=Role.AGENT))
    gone = UserDraft(login="li", name="李娜", role=Role.TRAINER, is_active=False)
    with database.write(admin) as session:
        staff.change_user(session, user_id, 1, gone)
    with pytest.raises(ConflictError), database.write(admin) as session:
        staff.change_user(session, user_id, 1, gone)
    with pytest.raises(InvalidInputError), database.write(admin) as session:
        staff.change_user(session, user_id, 2, gone.model_copy(update={"login": "other"}))
    with pytest.raises(NotFoundError), database.write(admin) as session:
        staff.change_user(session, uuid.uuid4(), 1, gone)
    with database.read(admin) as session:
        assert "李娜" in {row.name for row in staff.list_users(session)}
        assert "李娜" not in {row.name for row in staff.list_users(session, active_only=True)}


def test_that_somebody_stays_administrator(database: Database, admin: Actor) -> None:
    draft = UserDraft(login="administrator", name="x", role=Role.AGENT)
    with database.read(admin) as session:
        version = session.get_one(User, admin.user_id).version
    with pytest.raises(ConflictError), database.write(admin) as session:
        staff.change_user(session, admin.user_id, version, draft)


def test_that_stores_are_added_changed_and_their_codes_are_unique(
    database: Database, admin: Actor, agent: Actor
) -> None:
    with database.write(admin) as session:
        store_id = staff.add_store(session, StoreDraft(code="S02", name="徐汇店", city="上海"))
    with pytest.raises(InvalidInputError), database.write(admin) as session:
        staff.add_store(session, StoreDraft(code="S01", name="x"))
    with pytest.raises(InvalidInputError), database.write(admin) as session:
        staff.change_store(session, store_id, 1, StoreDraft(code="S01", name="x"))
    with pytest.raises(NotFoundError), database.write(admin) as session:
        staff.change_store(session, uuid.uuid4(), 1, StoreDraft(code="S09", name="x"))
    with database.write(admin) as session:
        staff.change_store(session, store_id, 1, StoreDraft(code="S02", name="徐家汇店"))
    with pytest.raises(ConflictError), database.write(admin) as session:
        staff.change_store(session, store_id, 1, StoreDraft(code="S02", name="y"))
    with database.read(admin) as session:
        assert [row.name for row in staff.list_stores(session)] == ["南京路店", "徐家汇店"]
        assert session.get_one(Store, store_id).city == ""
    with pytest.raises(NotAllowedError), database.write(agent) as session:
        staff.add_store(session, StoreDraft(code="S03", name="x"))


def test_that_the_class_window_changes_the_classes_at_once(
    database: Database, admin: Actor
) -> None:
    ids = add_customers(database, admin, {"K1": "早", "K2": "近"})
    add_orders(database, admin, ids["K1"], [(date(2026, 1, 1), 900)])
    add_orders(database, admin, ids["K2"], [(date(2026, 8, 1), 100)])

    def best() -> str:
        with database.read(admin) as session:
            return list_customers(session, CustomerFilter(), None, 0, 1)[0].name

    assert best() == "早"
    with database.read(admin) as session:
        settings = workspace_settings.read(session)
        assert workspace_settings.switch_limit(session) == SwitchLimit()
    narrow = settings.model_copy(update={"class_window_days": 60, "organisation": "晨光"})
    with database.write(admin) as session:
        workspace_settings.change(session, narrow)
    assert best() == "近"
    with database.write(admin) as session:
        workspace_settings.change(session, narrow)
    assert session.info["changes"].change_set_id is None
    with database.read(admin) as session:
        assert workspace_settings.read(session) == narrow


def test_that_the_currency_is_free_until_orders_or_cases_settle_it(
    database: Database, admin: Actor
) -> None:
    def choose(code: str) -> None:
        with database.write(admin) as session:
            settings = workspace_settings.read(session).model_dump() | {"currency": code}
            draft = WorkspaceSettings.model_validate(settings)
            workspace_settings.change(session, draft)

    def present() -> str:
        with database.read(admin) as session:
            return workspace_settings.currency(session)

    assert present() == "CNY"
    choose("usd")
    assert present() == "USD"
    with pytest.raises(ValidationError, match="three letters"):
        choose("CYN")
    with database.write(admin) as session:
        case_id = factories.open_case(session)
        assert session.get_one(Case, case_id).currency == "USD"
    with pytest.raises(InvalidInputError) as caught:
        choose("CNY")
    (problem,) = caught.value.problems
    assert problem.field == "currency"
    assert problem.message == (
        "There are orders or cases in USD, and amounts of two currencies are never added. Make "
        "another workspace for CNY."
    )
    choose("USD")  # the other settings can still be changed
    assert present() == "USD"
