"""What an engine says in words of its own, one function each; another engine is added here."""

from sqlalchemy import Index, text
from sqlalchemy.orm import Session


def defer_foreign_keys(session: Session) -> None:
    """Have references checked at the end of the transaction, not after each statement."""
    session.connection().execute(text("PRAGMA defer_foreign_keys=ON"))


def condition_of(index: Index) -> str:
    """The condition of an index over some rows of a table; empty for one over all rows."""
    where = index.dialect_options["sqlite"].get("where")
    return "" if where is None else str(where)
