"""Reading the code lists, and keeping the reasons of a workspace up to date."""

import datetime as dt
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import journal, reference
from db.base import Base
from db.models import ChangeSet
from db.models.cases import Reason, ReasonVersion
from db.session import SYSTEM, Database, make_engine
from db.vocabulary import ChangeKind, ReasonOrigin

GOOD = """version = 1
[[entry]]
code = "one"
zh = "一"
en = "One"
note_zh = "注"
note_en = "Note"
"""


def written(folder: Path, name: str, text: str) -> Path:
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of code lists that a test may change."""
    return Path(shutil.copytree(reference.FOLDER, tmp_path / "reference"))


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Database]:
    """A database with tables and nothing in them."""
    path = tmp_path / "empty.db"
    engine = make_engine(path, None)
    Base.metadata.create_all(engine)
    engine.dispose()
    database = Database(path, None)
    yield database
    database.close()


def seeded(database: Database, folder: Path = reference.FOLDER) -> int:
    with database.write(SYSTEM) as session:
        return reference.seed(session, folder)


def edit(folder: Path, old: str, new: str) -> Path:
    """Another folder with another wording, as a later release would bring it."""
    later = Path(shutil.copytree(folder, folder.with_name(f"{folder.name}-later")))
    text = (later / "reasons.toml").read_text(encoding="utf-8")
    assert text.count(old) == 1
    return written(later, "reasons", text.replace(old, new))


def rows(database: Database) -> list[tuple[Any, ...]]:
    with database.read() as session:
        return sorted(
            tuple(row)
            for row in session.execute(
                select(
                    Reason.code,
                    ReasonVersion.reason_version,
                    Reason.current_version,
                    ReasonVersion.id,
                    ReasonVersion.zh,
                    ReasonVersion.en,
                    ReasonVersion.origin,
                ).join(ReasonVersion, ReasonVersion.reason_id == Reason.id)
            )
        )


def one(session: Session, code: str) -> Reason:
    return session.scalars(select(Reason).where(Reason.code == code)).one()


# ---------------------------------------------------------------- reading


def test_that_words_are_given_in_the_language_asked_for() -> None:
    reason = next(entry for entry in reference.reasons() if entry.code == "price_increase")
    assert reference.text(reason, "zh_CN") == "价格调整"
    assert reference.text(reason, "en") == "Price change"
    assert reference.text(reason, "fr") == "Price change"


def test_that_further_texts_come_in_both_languages_or_empty(tmp_path: Path) -> None:
    (entry,) = reference.entries("list", folder=written(tmp_path, "list", GOOD))
    assert entry.more("note", "zh_CN") == "注"
    assert entry.more("note", "en") == "Note"
    assert entry.more("definition", "en") == ""


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (GOOD.replace("version = 1", ""), "list.toml: needs a version"),
        (GOOD.replace('en = "One"', ""), "list.toml, entry, one: en is missing"),
        (GOOD.replace('zh = "一"', 'zh = " "'), "list.toml, entry, one: zh is missing"),
        (GOOD.replace('"one"', '"One"'), "list.toml, entry: not a code: 'One'"),
        (GOOD.replace('note_en = "Note"', ""), "one: note_zh has no text in the other language"),
        (GOOD + GOOD.removeprefix("version = 1\n"), "list.toml, entry: code given twice: one"),
        ("version = 1\nentry = 3\n", "list.toml, entry: must be a list of tables"),
        ("version =", "list.toml: "),
    ],
)
def test_that_a_broken_file_is_named_with_its_code(tmp_path: Path, broken: str, said: str) -> None:
    with pytest.raises(reference.ReferenceFileError) as caught:
        reference.load("list", written(tmp_path, "list", broken))
    assert said in str(caught.value)


def test_that_a_missing_file_and_a_missing_list_are_named(tmp_path: Path) -> None:
    with pytest.raises(reference.ReferenceFileError, match=r"nothing\.toml"):
        reference.load("nothing", tmp_path)
    with pytest.raises(reference.ReferenceFileError, match=r"list\.toml: has no list other"):
        reference.entries("list", "other", written(tmp_path, "list", GOOD))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('code = "staff_welfare"', 'code = "staff_welfare"\nfactor = 3', "unknown field: factor"),
        ('group = "social"\nzh = "趋众心理"', 'zh = "趋众心理"', "group"),
        ('group = "social"\nzh = "趋众心理"', 'group = 3\nzh = "趋众心理"', "group"),
    ],
)
def test_that_a_wrong_field_of_a_reason_is_named(
    folder: Path, old: str, new: str, said: str
) -> None:
    text = (folder / "reasons.toml").read_text(encoding="utf-8")
    assert text.count(old) == 1
    with pytest.raises(reference.ReferenceFileError, match=said) as caught:
        reference.reasons(written(folder, "reasons", text.replace(old, new)))
    assert "reasons.toml, reason, " in str(caught.value)


# ---------------------------------------------------------------- seeding


def test_that_a_new_workspace_gets_every_reason_once(empty: Database) -> None:
    assert seeded(empty) == 120
    found = rows(empty)
    assert {row[0] for row in found} == {reason.code for reason in reference.reasons()}
    assert len(found) == 120
    assert {row[6] for row in found} == {ReasonOrigin.SHIPPED}


def test_that_seeding_again_changes_nothing(empty: Database) -> None:
    seeded(empty)
    before = rows(empty)
    assert seeded(empty) == 0
    assert rows(empty) == before
    with empty.read() as session:
        sets = session.scalars(select(ChangeSet)).all()
        assert [(one.title, one.kind) for one in sets] == [
            (reference.SEED_TITLE, ChangeKind.SYSTEM)
        ]


def test_that_a_new_code_of_a_later_release_is_added(empty: Database, folder: Path) -> None:
    seeded(empty, folder)
    text = (folder / "reasons.toml").read_text(encoding="utf-8")
    first = text.index("[[reason]]")
    table = (
        '[[reason]]\ncode = "quality_noise"\ngroup = "quality"\nzh = "噪音大"\nen = "Noisy"\n'
        'churn_type = "active_fault"\n\n'
    )
    later = folder.parent / "later"
    later.mkdir()
    assert seeded(empty, written(later, "reasons", text[:first] + table + text[first:])) == 1
    with empty.read() as session:
        reason = one(session, "quality_noise")
        assert (reason.group_code, reason.current_version) == ("quality", 1)


def test_that_new_words_become_a_new_version_and_the_old_stays(
    empty: Database, folder: Path
) -> None:
    seeded(empty, folder)
    before = rows(empty)
    assert seeded(empty, edit(folder, "附近无网点", "附近没有营业网点")) == 1
    after = {row[:2]: row for row in rows(empty)}
    assert after["channel_no_outlet", 1][3:] == next(
        row[3:] for row in before if row[0] == "channel_no_outlet"
    )
    assert after["channel_no_outlet", 2][2] == 2
    assert after["channel_no_outlet", 2][4] == "附近没有营业网点"
    assert len(after) == len(before) + 1


def test_that_what_people_renamed_stays(empty: Database, folder: Path) -> None:
    seeded(empty, folder)
    with empty.write(SYSTEM) as session:
        journal.name_change(session, "Test")
        reason = one(session, "channel_no_outlet")
        session.add(
            ReasonVersion(
                reason_id=reason.id,
                reason_version=2,
                zh="离家太远",
                en="Too far",
                churn_type="active_natural",
                origin=ReasonOrigin.USER,
            )
        )
        reason.current_version = 2
    before = rows(empty)
    assert seeded(empty, edit(folder, "附近无网点", "附近没有营业网点")) == 0
    assert rows(empty) == before


def test_that_what_people_retired_stays_retired(empty: Database, folder: Path) -> None:
    seeded(empty, folder)
    with empty.write(SYSTEM) as session:
        journal.name_change(session, "Test")
        one(session, "channel_no_outlet").retired_on = dt.date(2026, 1, 31)
    assert seeded(empty, edit(folder, "附近无网点", "附近没有营业网点")) == 0
    with empty.read() as session:
        assert one(session, "channel_no_outlet").retired_on == dt.date(2026, 1, 31)


def test_that_versions_are_found_by_reason_and_number(empty: Database) -> None:
    seeded(empty)
    with empty.read() as session:
        reason = one(session, "price_increase")
        version = reference.versions_by_reason(session)[reason.id][1]
        assert isinstance(version.id, uuid.UUID)
        assert (version.zh, version.churn_type, version.keaveney) == ("价格调整", "active_fault", 1)
        assert version.avoidable is True
