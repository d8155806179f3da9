"""Any sequence of writes can be undone; what stands in the way is told exactly."""

import random
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db import undo
from db.session import SYSTEM, Actor, Database
from tests.conftest import KEY
from tests.db.row_operations import OPERATIONS
from tests.journal_machine import (
    Machine,
    check_chain,
    check_derived,
    difference,
    undoable,
)

PLAYS = st.lists(
    st.tuples(st.sampled_from(sorted(OPERATIONS)), st.integers(0, 10_000)), min_size=1, max_size=14
)
ACTOR = Actor(None, "tester", "Tester", SYSTEM.role)


FEW = settings(max_examples=max(8, settings.default.max_examples // 5))

pytestmark = pytest.mark.untraced  # thousands of writes over lines that other tests reach


@contextmanager
def machine(template: Path, folder: Path) -> Iterator[Machine]:
    """A machine on a fresh copy of the template."""
    path = folder / "machine.db"
    for file in folder.glob("machine.db*"):
        file.unlink()
    shutil.copy2(template, path)
    database = Database(path, KEY)
    made = Machine(database, ACTOR, OPERATIONS)
    for name, seed in (("bulk_customers", 1), ("import_orders", 2), ("open_case", 3)):
        assert made.do(name, seed)
    yield made
    database.close()


@FEW
@given(plays=PLAYS)
def test_that_undoing_everything_backwards_brings_every_table_back(
    plays: list[tuple[str, int]], small_template: Path, tmp_path: Path
) -> None:
    with machine(small_template, tmp_path) as made:
        made.play(plays)
        check_derived(made.database, ACTOR)
        made.check_undo_of_all()


@FEW
@given(plays=PLAYS, seed=st.integers(0, 10_000))
def test_that_undo_in_any_order_is_blocked_exactly_when_something_newer_is_in_the_way(
    plays: list[tuple[str, int]], seed: int, small_template: Path, tmp_path: Path
) -> None:
    with machine(small_template, tmp_path) as made:
        made.play(plays)
        steps = list(made.done)
        random.Random(seed).shuffle(steps)
        for step in steps[:8]:
            if undoable(made.database, step.change_set_id):
                made.check_undo(step)
        check_derived(made.database, ACTOR)
        check_chain(made.database)


@FEW
@given(plays=PLAYS, seed=st.integers(0, 10_000))
def test_that_an_undo_that_skips_what_is_blocked_leaves_whole_tables(
    plays: list[tuple[str, int]], seed: int, small_template: Path, tmp_path: Path
) -> None:
    with machine(small_template, tmp_path) as made:
        made.play(plays)
        for step in random.Random(seed).sample(made.done, min(5, len(made.done))):
            if undoable(made.database, step.change_set_id):
                plan = made.undo(step.change_set_id, skip_blocked=True)
                assert len(plan.blockers) == plan.blocked
        check_derived(made.database, ACTOR)
        check_chain(made.database)


@FEW
@given(plays=PLAYS)
def test_that_an_undone_undo_is_as_if_nothing_had_been(
    plays: list[tuple[str, int]], small_template: Path, tmp_path: Path
) -> None:
    with machine(small_template, tmp_path) as made:
        made.play(plays)
        last = made.done[-1]
        made.undo(last.change_set_id)
        back = made.done[-1].change_set_id
        if not undoable(made.database, back):
            assert "import" in last.name
            return
        made.undo(back)
        assert difference(made.tables, last.after) == []
        assert not undoable(made.database, back)
        assert undoable(made.database, last.change_set_id)
        made.check_undo_of_all()


def test_that_a_change_set_that_never_was_cannot_be_undone(database: Database) -> None:
    with database.read() as session, pytest.raises(LookupError):
        undo.plan_undo(session, uuid.UUID(int=5))
