"""Alembic entry: runs on the connection that `db.migrate` hands over, batch mode on."""

from typing import Any, Literal

from alembic import context

from db.base import UtcDateTime
from db.models import Base


def render_item(kind: str, item: Any, _context: object) -> str | Literal[False]:
    """Write our own column types as plain ones: revisions stay as they are when code moves."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    render_item=render_item,
    transactional_ddl=False,  # db.migrate owns the one transaction
    include_name=lambda name, kind, _parents: (
        not (kind == "table" and name is not None and name.startswith("customer_fts"))
    ),
)
context.run_migrations()
