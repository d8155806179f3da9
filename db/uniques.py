"""What no two rows of a table share: unique constraints and indexes, also under a condition."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Index, Table, UniqueConstraint, literal, select, text
from sqlalchemy.orm import Session

from db import dialect
from db.recording import from_plain


@dataclass(frozen=True, slots=True)
class Unique:
    """Columns whose values no two rows share, perhaps only where a condition holds."""

    table: Table
    columns: tuple[str, ...]
    where: str = ""

    @property
    def names(self) -> set[str]:
        """Columns that have a say, also those of the condition."""
        words = set(re.findall(r"\w+", self.where))
        return set(self.columns) | (words & set(self.table.c.keys()))

    def holds(self, session: Session, row: Mapping[str, Any]) -> bool:
        """Whether a row as the journal writes it falls under the condition."""
        if not self.where:
            return True
        used = [literal(row.get(name)).label(name) for name in sorted(self.names)]
        statement = select(literal(1)).select_from(select(*used).subquery()).where(text(self.where))
        return session.connection().scalar(statement) is not None

    def owners(self, session: Session, table: Table, values: Mapping[str, Any]) -> list[str]:
        """Keys of the rows that have the values now."""
        statement = select(table.c.id).where(
            *(table.c[name] == from_plain(table.c[name], value) for name, value in values.items())
        )
        if self.where:
            statement = statement.where(text(self.where))
        return [str(key) for key in session.connection().scalars(statement)]


@cache
def uniques(table: Table) -> tuple[Unique, ...]:
    """Unique constraints and indexes of a table, the key left out."""
    found = [
        Unique(table, tuple(one.key for one in constraint.columns))
        for constraint in table.constraints
        if isinstance(constraint, UniqueConstraint)
    ]
    for index in table.indexes:
        if isinstance(index, Index) and index.unique:
            columns = tuple(one.key for one in index.columns)
            found.append(Unique(table, columns, dialect.condition_of(index)))
    return tuple(found)
