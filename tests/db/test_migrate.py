"""Old schema or new schema, never between; nothing is lost on the way."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pytest_alembic import MigrationContext as Runner
from pytest_alembic import create_alembic_fixture, tests
from sqlalchemy import Engine, inspect, text
from sqlalchemy.schema import CreateIndex

from db import migrate, search
from db.errors import DatabaseError, Trouble
from db.models import Base, CustomerStat
from db.session import APPLICATION_ID, Database, make_engine, open_file
from tests.conftest import KEY
from tests.journal_machine import tables_of

VERSIONS = migrate.MIGRATIONS / "versions"

alembic_runner = create_alembic_fixture({"script_location": str(migrate.MIGRATIONS)})


@pytest.fixture
def alembic_engine(tmp_path: Path) -> Iterator[Engine]:
    """An empty encrypted database, foreign keys off as in `migrate.upgrade`."""
    engine = make_engine(tmp_path / "blank.db", KEY, foreign_keys=False)
    yield engine
    engine.dispose()


# The built-in tests of pytest-alembic ------------------------------------------------------------


def test_that_there_is_a_single_head(alembic_runner: Runner) -> None:
    tests.test_single_head_revision(alembic_runner)


def test_that_every_upgrade_runs(alembic_runner: Runner) -> None:
    tests.test_upgrade(alembic_runner)


def test_that_every_downgrade_runs_and_leads_up_again(alembic_runner: Runner) -> None:
    tests.test_up_down_consistency(alembic_runner)


def test_that_the_models_are_what_the_revisions_make(
    alembic_runner: Runner, alembic_engine: Engine
) -> None:
    tests.test_model_definitions_match_ddl(alembic_runner)


# The schema --------------------------------------------------------------------------------------


def schema(path: Path) -> dict[str, str]:
    with closing(open_file(path, KEY)) as connection:
        rows = connection.execute("SELECT type || ' ' || name, sql FROM sqlite_master").fetchall()
    return {name: sql for name, sql in rows if "alembic" not in name and "_fts_" not in name}


def test_that_models_and_revisions_agree_column_by_column(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    migrate.upgrade(path, KEY)
    engine = make_engine(path, KEY)
    with engine.begin() as connection:
        found = inspect(connection)
        for table in Base.metadata.sorted_tables:
            columns = {one["name"]: one["nullable"] for one in found.get_columns(table.name)}
            assert columns == {one.name: bool(one.nullable) for one in table.columns}, table.name
            indexes = {one["name"] for one in found.get_indexes(table.name)}
            assert indexes >= {str(one.name) for one in table.indexes}, table.name
    engine.dispose()
    written = schema(path)
    for index in CustomerStat.__table__.indexes:
        made = str(CreateIndex(index).compile(dialect=engine.dialect))
        assert " ".join(written[f"index {index.name}"].split()) == made


def test_that_the_search_index_is_the_one_of_the_code(tmp_path: Path) -> None:
    migrate.upgrade(tmp_path / "new.db", KEY)
    assert schema(tmp_path / "new.db")["table customer_fts"] == search.CREATE


def test_that_the_number_of_the_schema_is_that_of_the_revisions() -> None:
    numbers = sorted(file.name[:4] for file in VERSIONS.glob("*.py"))
    assert numbers == [f"{number:04d}" for number in range(1, migrate.SCHEMA + 1)]


def test_that_a_new_file_is_marked_as_ours(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    assert migrate.schema_of(path, KEY) == 0
    assert not path.exists()
    assert migrate.upgrade(path, KEY) == 0
    assert migrate.schema_of(path, KEY) == migrate.SCHEMA
    assert migrate.require_current(path, KEY)
    with closing(open_file(path, KEY)) as connection:
        assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    before = path.read_bytes()
    assert migrate.upgrade(path, KEY) == migrate.SCHEMA
    assert path.read_bytes() == before


def test_that_a_newer_schema_is_refused_and_left_alone(small: Database) -> None:
    with closing(open_file(small.path, KEY)) as connection:
        connection.execute(f"PRAGMA user_version={migrate.SCHEMA + 1}")
    small.close()
    before = small.path.read_bytes()
    for work in (migrate.require_current, migrate.upgrade):
        with pytest.raises(DatabaseError) as caught:
            work(small.path, KEY)
        assert caught.value.trouble is Trouble.NEWER
        assert caught.value.detail == str(migrate.SCHEMA + 1)
    assert small.path.read_bytes() == before


# A later revision --------------------------------------------------------------------------------

LATER = '''"""Later."""
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = "9999", "{head}", None, None


def upgrade() -> None:
{body}


def downgrade() -> None:
    pass
'''
REBUILD = """
    with op.batch_alter_table("store") as batch:
        batch.add_column(sa.Column("floor", sa.Integer(), nullable=False, server_default="1"))
    with op.batch_alter_table("app_user") as batch:
        batch.alter_column("name", type_=sa.String(length=200))
"""


def later(folder: Path, body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pretend that the program is one revision further."""
    shutil.copytree(migrate.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    text_ = LATER.format(head=f"{migrate.SCHEMA:04d}", body=body)
    (folder / "versions" / "9999_later.py").write_text(text_, "utf-8")
    monkeypatch.setattr(migrate, "MIGRATIONS", folder)
    monkeypatch.setattr(migrate, "SCHEMA", migrate.SCHEMA + 1)


def test_that_rebuilding_a_parent_table_loses_no_child(
    small: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tables_of(small)
    small.close()
    later(tmp_path / "later", REBUILD, monkeypatch)
    assert not migrate.require_current(small.path, KEY)
    assert migrate.upgrade(small.path, KEY) == migrate.SCHEMA - 1
    again = Database(small.path, KEY)
    assert tables_of(again) == before
    with again.read() as session:
        assert session.execute(text("SELECT floor FROM store")).all() == [(1,)]
        assert session.execute(text("PRAGMA foreign_keys")).scalar() == 1
    again.close()


@pytest.mark.parametrize(
    "body",
    [
        "    op.execute(\"DELETE FROM app_user WHERE login = 'user1'\")",
        "    op.execute(\"UPDATE app_user SET store_id = '00'\")",
        '    op.execute("SELECT * FROM nowhere")',
        REBUILD + "    raise RuntimeError('half way')",
    ],
)
def test_that_an_upgrade_that_loses_something_changes_nothing(
    small: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    before, made = tables_of(small), schema(small.path)
    small.close()
    later(tmp_path / "later", body, monkeypatch)
    with pytest.raises(Exception, match=r"damaged|nowhere|half way"):
        migrate.upgrade(small.path, KEY)
    assert migrate.schema_of(small.path, KEY) == migrate.SCHEMA - 1
    again = Database(small.path, KEY)
    assert tables_of(again) == before
    again.close()
    assert schema(small.path) == made


CHILD = """
import sys
from pathlib import Path
from db import migrate, search
migrate.MIGRATIONS, migrate.SCHEMA = Path(sys.argv[2]), int(sys.argv[3])
print("ready", flush=True)
migrate.upgrade(Path(sys.argv[1]), bytes(range(32)))
"""


def test_that_a_killed_upgrade_leaves_the_old_or_the_new_schema(
    small: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.close()
    before = schema(small.path)
    original = small.path.read_bytes()
    later(tmp_path / "later", REBUILD, monkeypatch)
    command = [sys.executable, "-c", CHILD]
    arguments = [str(small.path), str(tmp_path / "later"), str(migrate.SCHEMA)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    source, ends = random.Random(4), set()
    took: float | None = None
    for _round in range(6):
        for file in small.path.parent.glob("small.db*"):
            file.unlink()
        small.path.write_bytes(original)
        child = subprocess.Popen(
            [*command, *arguments], stdout=subprocess.PIPE, env=environment, text=True
        )
        assert child.stdout is not None
        child.stdout.readline()
        begun = time.perf_counter()
        if took is None:
            assert child.wait() == 0
            took = time.perf_counter() - begun
        else:
            time.sleep(took * source.uniform(0.5, 1.0))
            child.send_signal(signal.SIGKILL)
            child.wait()
        child.stdout.close()
        number = migrate.schema_of(small.path, KEY)
        assert number in {migrate.SCHEMA - 1, migrate.SCHEMA}
        assert (schema(small.path) == before) is (number == migrate.SCHEMA - 1)
        ends.add(number)
        migrate.upgrade(small.path, KEY)
        assert migrate.require_current(small.path, KEY)
    assert migrate.SCHEMA in ends


def test_that_a_new_revision_is_written_from_the_models(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(migrate.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(migrate, "MIGRATIONS", folder)
    migrate.COMMANDS["new"]("nothing new")
    (written,) = (folder / "versions").glob(f"{migrate.SCHEMA + 1:04d}*.py")
    content = written.read_text("utf-8")
    assert "create_table" not in content
    assert "nothing new" in content
