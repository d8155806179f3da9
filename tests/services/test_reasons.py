"""Changing the list of reasons never changes what old cases say."""

import datetime as dt
import itertools
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import journal, reference, undo
from db.base import BOOKKEEPING, utcnow
from db.models import Case, CaseReason, ChangeSet, Customer
from db.models.cases import Reason, ReasonVersion
from db.session import Actor, Database
from db.vocabulary import ReasonLayer, ReasonOrigin, Role, RuleKind
from desktop_app import clock
from desktop_app.domain.reasons import ChurnType, NewReasonDraft
from desktop_app.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from desktop_app.services import reasons

CODE = "service_queue"
ON = dt.date(2026, 9, 1)
NUMBERS = itertools.count(1)

Change = Callable[[Session], object]


def draft(code: str, **changes: Any) -> NewReasonDraft:
    values: dict[str, Any] = {
        "code": code,
        "group": "service",
        "zh": f"原因 {code}",
        "en": f"Reason {code}",
        "churn_type": ChurnType.ACTIVE_FAULT,
        "avoidable": True,
        "keaveney": 2,
    }
    return NewReasonDraft(**values | changes)


PARTS = (draft("queue_till", zh="收银排队", en="Till queue"), draft("queue_desk"))

CHANGES: dict[str, Change] = {
    "add": lambda session: reasons.add(session, draft("quality_noise", group="quality")),
    "rename": lambda session: reasons.rename(session, CODE, "等太久", "Waited too long"),
    "retire": lambda session: reasons.retire(session, CODE, ON, ["service_overloaded"]),
    "split": lambda session: reasons.split(session, CODE, PARTS),
    "merge": lambda session: reasons.merge(
        session, [CODE, "service_inefficient"], "service_overloaded"
    ),
}


def do(database: Database, actor: Actor, change: Change) -> Any:
    with database.write(actor) as session:
        return change(session)


@contextmanager
def reading(database: Database, actor: Actor) -> Iterator[Session]:
    """A session that only reads, with the actor a page would put there."""
    with database.read() as session:
        session.info["actor"] = actor
        yield session


def offered(database: Database, actor: Actor, language: str = "en") -> dict[str, str]:
    """Code to words of what a new case is offered."""
    with reading(database, actor) as session:
        groups = reasons.list_reasons(session, language)
    return {row.code: row.text for group in groups for row in group.reasons}


def open_old_case(database: Database, actor: Actor, code: str = CODE) -> uuid.UUID:
    """A case with a root reason; returns the key of its CaseReason."""
    with database.write(actor) as session:
        journal.name_change(session, "Test")
        customer = Customer(number=f"C{next(NUMBERS)}", name="王小明")
        session.add(customer)
        session.flush()
        case = Case(
            number=f"K{next(NUMBERS)}",
            customer_id=customer.id,
            kind=RuleKind.LAPSING,
            stage_since=utcnow(),
            opened_on=ON,
        )
        session.add(case)
        session.flush()
        row = CaseReason(
            case_id=case.id,
            layer=ReasonLayer.ROOT,
            reason_version_id=reasons.current_version(session, code),
        )
        session.add(row)
        session.flush()
        return row.id


def words_of(database: Database, case_reason_id: uuid.UUID) -> tuple[str, str]:
    with database.read() as session:
        row = session.get_one(CaseReason, case_reason_id)
        version = session.get_one(ReasonVersion, row.reason_version_id)
        return version.zh, version.en


def snapshot(database: Database) -> list[tuple[str, dict[str, Any]]]:
    """Every reason and every version, without the columns of bookkeeping."""
    with database.read() as session:
        return sorted(
            (
                (
                    model.__tablename__,
                    {
                        column.key: getattr(row, column.key)
                        for column in model.__table__.columns
                        if column.key not in BOOKKEEPING
                    },
                )
                for model in (Reason, ReasonVersion)
                for row in session.scalars(select(model))
            ),
            key=lambda pair: (pair[0], str(pair[1]["id"])),
        )


def problem_fields(caught: pytest.ExceptionInfo[InvalidInputError]) -> set[str]:
    return {problem.field for problem in caught.value.problems}


# ---------------------------------------------------------------- the list


@pytest.mark.parametrize(("language", "first"), [("en", "Price"), ("zh_CN", "价格")])
def test_that_reasons_are_listed_by_group_in_the_language_asked_for(
    database: Database, admin: Actor, language: str, first: str
) -> None:
    with reading(database, admin) as session:
        groups = reasons.list_reasons(session, language)
    assert groups[0].text == first
    assert [group.code for group in groups] == [one.code for one in reference.reason_groups()]
    shipped = [(one.code, reference.text(one, language)) for one in reference.reasons()]
    assert [(row.code, row.text) for group in groups for row in group.reasons] == shipped


def test_that_a_row_carries_what_a_case_needs(database: Database, admin: Actor) -> None:
    with reading(database, admin) as session:
        groups = reasons.list_reasons(session, "en")
        key = reasons.current_version(session, CODE)
    (row,) = [row for group in groups for row in group.reasons if row.code == CODE]
    assert (row.group, row.zh, row.en) == ("service", "排队时间过长", "Queue too long")
    assert (row.churn_type, row.avoidable, row.keaveney) == ("active_fault", True, 2)
    assert (row.version, row.version_id, row.origin) == (1, key, ReasonOrigin.SHIPPED)
    assert (row.retired_on, row.replaced_by) == (None, ())


def test_that_own_reasons_stand_after_the_shipped_ones(database: Database, admin: Actor) -> None:
    do(database, admin, lambda session: reasons.add(session, draft("a_first")))
    with reading(database, admin) as session:
        groups = {group.code: group for group in reasons.list_reasons(session, "en")}
    assert groups["service"].reasons[-1].code == "a_first"
    assert groups["service"].reasons[-1].origin is ReasonOrigin.USER


def test_that_a_group_without_reasons_is_left_out(database: Database, admin: Actor) -> None:
    for code in ("social_herding", "social_peer_tariff"):
        do(database, admin, lambda session, code=code: reasons.retire(session, code, ON))
    with reading(database, admin) as session:
        offered_groups = [group.code for group in reasons.list_reasons(session, "en")]
        every = [group.code for group in reasons.list_reasons(session, "en", include_retired=True)]
    assert "social" not in offered_groups
    assert "social" in every


def test_that_a_reason_is_offered_until_the_day_it_retires(
    database: Database, admin: Actor
) -> None:
    tomorrow = clock.today() + dt.timedelta(days=1)
    do(database, admin, lambda session: reasons.retire(session, CODE, tomorrow))
    do(database, admin, lambda session: reasons.retire(session, "service_ignored", clock.today()))
    assert CODE in offered(database, admin)
    assert "service_ignored" not in offered(database, admin)


# ---------------------------------------------------------------- old cases and new ones


@pytest.mark.parametrize("name", CHANGES)
def test_that_an_old_case_keeps_its_words(database: Database, admin: Actor, name: str) -> None:
    old = open_old_case(database, admin)
    do(database, admin, CHANGES[name])
    assert words_of(database, old) == ("排队时间过长", "Queue too long")


@pytest.mark.parametrize(
    ("name", "gone", "come"),
    [
        ("add", set(), {"quality_noise": "Reason quality_noise"}),
        ("rename", set(), {CODE: "Waited too long"}),
        ("retire", {CODE}, {}),
        ("split", {CODE}, {"queue_till": "Till queue", "queue_desk": "Reason queue_desk"}),
        ("merge", {CODE, "service_inefficient"}, {}),
    ],
)
def test_that_a_new_case_is_offered_the_new_words(
    database: Database, admin: Actor, name: str, gone: set[str], come: dict[str, str]
) -> None:
    before = offered(database, admin)
    do(database, admin, CHANGES[name])
    expected = {code: words for code, words in before.items() if code not in gone} | come
    assert offered(database, admin) == expected


def test_that_a_new_case_gets_the_new_version(database: Database, admin: Actor) -> None:
    old = open_old_case(database, admin)
    do(database, admin, CHANGES["rename"])
    new = open_old_case(database, admin)
    assert words_of(database, new) == ("等太久", "Waited too long")
    assert words_of(database, old) == ("排队时间过长", "Queue too long")


def test_that_a_retired_reason_names_what_took_its_place(database: Database, admin: Actor) -> None:
    do(database, admin, CHANGES["split"])
    do(
        database,
        admin,
        lambda session: reasons.merge(session, ["service_arrogant"], "service_attitude"),
    )
    with reading(database, admin) as session:
        rows = {
            row.code: row
            for group in reasons.list_reasons(session, "en", include_retired=True)
            for row in group.reasons
        }
    assert rows[CODE].replaced_by == ("queue_till", "queue_desk")
    assert rows["service_arrogant"].replaced_by == ("service_attitude",)
    assert rows["service_arrogant"].retired_on == clock.today()
    assert rows["queue_till"].retired_on is None


def test_that_a_part_may_keep_the_words_of_what_is_split(database: Database, admin: Actor) -> None:
    parts = (draft("queue_any", zh="排队时间过长", en="Queue too long"), draft("queue_desk"))
    do(database, admin, lambda session: reasons.split(session, CODE, parts))
    assert offered(database, admin)["queue_any"] == "Queue too long"


# ---------------------------------------------------------------- undo and the journal


@pytest.mark.parametrize("name", CHANGES)
def test_that_every_change_can_be_undone(database: Database, admin: Actor, name: str) -> None:
    open_old_case(database, admin)
    before = snapshot(database)
    with database.write(admin) as session:
        CHANGES[name](session)
    assert snapshot(database) != before
    made = session.info["changes"].change_set_id
    do(database, admin, lambda writing: undo.undo(writing, made))
    assert snapshot(database) == before


@pytest.mark.parametrize("name", CHANGES)
def test_that_a_change_is_named_with_the_words_of_the_reason(
    database: Database, admin: Actor, name: str
) -> None:
    do(database, admin, CHANGES[name])
    with database.read() as session:
        change = session.scalars(select(ChangeSet).order_by(ChangeSet.seq.desc())).first()
        assert change is not None
        title = change.title.format(**change.args)
    assert title.lower().startswith(name)
    assert ("quality_noise" if name == "add" else "排队时间过长 · Queue too long") in title


def test_that_a_rename_used_by_a_case_stands_in_the_way_of_its_undo(
    database: Database, admin: Actor
) -> None:
    with database.write(admin) as session:
        CHANGES["rename"](session)
    made = session.info["changes"].change_set_id
    open_old_case(database, admin)
    with pytest.raises(undo.UndoBlockedError):
        do(database, admin, lambda writing: undo.undo(writing, made))


def test_that_the_shipped_list_does_not_touch_what_was_changed_here(
    database: Database, admin: Actor
) -> None:
    for name in ("add", "split"):
        do(database, admin, CHANGES[name])
    do(database, admin, lambda session: reasons.rename(session, "comp_poached", "被挖", "Poached"))
    before = snapshot(database)
    assert do(database, admin, reference.seed) == 0
    assert snapshot(database) == before
    assert reasons.SEED_TITLE == reference.SEED_TITLE


# ---------------------------------------------------------------- what is refused


def test_that_renaming_to_the_same_words_changes_nothing(database: Database, admin: Actor) -> None:
    before = snapshot(database)
    renamed = do(
        database,
        admin,
        lambda session: reasons.rename(session, CODE, " 排队时间过长 ", "Queue too long"),
    )
    assert renamed == 1
    assert snapshot(database) == before


def test_that_a_second_rename_is_a_third_version(database: Database, admin: Actor) -> None:
    assert do(database, admin, CHANGES["rename"]) == 2
    back = do(
        database,
        admin,
        lambda session: reasons.rename(session, CODE, "排队时间过长", "Queue too long"),
    )
    assert back == 3


@pytest.mark.parametrize(
    ("zh", "en", "fields"),
    [
        ("", "New", {"zh"}),
        ("新", "  ", {"en"}),
        ("长" * 201, "New", {"zh"}),
        ("员工傲慢", "New", {"zh"}),
        ("新", "Staff arrogance", {"en"}),
    ],
)
def test_that_words_must_be_there_and_be_its_own(
    database: Database, admin: Actor, zh: str, en: str, fields: set[str]
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        do(database, admin, lambda session: reasons.rename(session, CODE, zh, en))
    assert problem_fields(caught) == fields


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"code": CODE}, {"code"}),
        ({"group": "nowhere"}, {"group"}),
        ({"churn_type": ChurnType.ACTIVE}, {"churn_type"}),
        ({"zh": "员工傲慢"}, {"zh"}),
    ],
)
def test_that_a_new_reason_must_fit_the_lists(
    database: Database, admin: Actor, changes: dict[str, Any], fields: set[str]
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        do(database, admin, lambda s: reasons.add(s, draft("fresh").model_copy(update=changes)))
    assert problem_fields(caught) == fields


def test_that_a_split_that_fails_half_way_leaves_nothing(database: Database, admin: Actor) -> None:
    before = snapshot(database)
    with pytest.raises(InvalidInputError):
        do(database, admin, lambda s: reasons.split(s, CODE, [PARTS[0], PARTS[0]]))
    with pytest.raises(InvalidInputError) as caught:
        do(database, admin, lambda s: reasons.split(s, CODE, PARTS[:1]))
    assert problem_fields(caught) == {"into"}
    assert snapshot(database) == before


def test_that_a_merge_needs_something_and_not_itself(database: Database, admin: Actor) -> None:
    with pytest.raises(InvalidInputError) as caught:
        do(database, admin, lambda session: reasons.merge(session, [], CODE))
    assert problem_fields(caught) == {"codes"}
    with pytest.raises(ConflictError):
        do(database, admin, lambda session: reasons.merge(session, [CODE], CODE))
    assert CODE in offered(database, admin)


def test_that_a_retired_reason_cannot_be_changed_or_chosen(
    database: Database, admin: Actor
) -> None:
    do(database, admin, CHANGES["retire"])
    for change in (*list(CHANGES.values())[1:], lambda s: reasons.current_version(s, CODE)):
        with pytest.raises(ConflictError):
            do(database, admin, change)


def test_that_an_unknown_code_is_not_found(database: Database, admin: Actor) -> None:
    for change in (
        lambda session: reasons.rename(session, "nothing", "新", "New"),
        lambda session: reasons.retire(session, CODE, ON, ["nothing"]),
        lambda session: reasons.merge(session, [CODE], "nothing"),
        lambda session: reasons.current_version(session, "nothing"),
    ):
        with pytest.raises(NotFoundError):
            do(database, admin, change)


@pytest.mark.parametrize("name", CHANGES)
def test_that_only_who_may_edit_the_lists_changes_them(
    database: Database, actors: dict[Role, Actor], name: str
) -> None:
    before = snapshot(database)
    with pytest.raises(NotAllowedError):
        do(database, actors[Role.AGENT], CHANGES[name])
    assert snapshot(database) == before
    do(database, actors[Role.HEAD_OFFICE], CHANGES[name])
    assert snapshot(database) != before
