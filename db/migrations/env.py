"""Alembic entry: runs on the connection that `db.migrate` hands over, batch mode on."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Column, Connection, Engine

from db.base import UtcDateTime
from db.models import Base

BY_HAND = {
    index.name
    for table in Base.metadata.sorted_tables
    for index in table.indexes
    if not all(isinstance(part, Column) for part in index.expressions)
}
"""Indexes with an order of their own: Alembic cannot compare them, revisions spell them out."""


def render_item(kind: str, item: Any, _context: object) -> str | Literal[False]:
    """Write our own column types as plain ones: revisions stay as they are when code moves."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run(connection: Connection) -> None:
    """Run what Alembic was asked for."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        render_item=render_item,
        transactional_ddl=False,  # db.migrate owns the one transaction
        include_name=lambda name, kind, _parents: (
            not (kind == "table" and name is not None and name.startswith("customer_fts"))
        ),
        include_object=lambda _object, name, kind, _reflected, _compared: (
            not (kind == "index" and name in BY_HAND)
        ),
    )
    context.run_migrations()


handed = context.config.attributes["connection"]
if isinstance(handed, Engine):  # the tests of pytest-alembic
    with handed.begin() as begun:
        run(begun)
else:
    run(handed)
