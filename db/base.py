"""Declarative base, column types and mixins shared by all tables."""

import datetime as dt
import uuid
from typing import Any, ClassVar, Final

import uuid_utils
from sqlalchemy import JSON, DateTime, Dialect, Integer, MetaData, String, TypeDecorator, Uuid
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from db.moment import repeated_key, travelled

WORD: Final = 32  # length of every column that holds a word of `db.vocabulary`


def new_id() -> uuid.UUID:
    """A fresh UUIDv7: sorted by time of creation."""
    return repeated_key() or uuid.UUID(bytes=uuid_utils.uuid7().bytes)


def utcnow() -> dt.datetime:
    """The present moment in UTC; the data layer's only clock."""
    return travelled() or dt.datetime.now(dt.UTC)


class UtcDateTime(TypeDecorator[dt.datetime]):
    """A moment in UTC. Naive values are refused: nobody can know what they mean."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[dt.datetime]:
        """What the journal turns its text back into."""
        return dt.datetime

    def process_bind_param(
        self,
        value: dt.datetime | None,
        dialect: Dialect,  # noqa: ARG002
    ) -> dt.datetime | None:
        """Convert to UTC; raises ValueError for a moment without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            msg = "a moment needs a time zone"
            raise ValueError(msg)
        return value.astimezone(dt.UTC)

    def process_result_value(
        self,
        value: dt.datetime | None,
        dialect: Dialect,  # noqa: ARG002
    ) -> dt.datetime | None:
        """Give the moment back with its zone."""
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=dt.UTC)


class Base(DeclarativeBase):
    """All tables. `__journalled__` says whether the journal records changes of the rows."""

    __journalled__: ClassVar[bool] = True

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        dt.datetime: UtcDateTime(),
        uuid.UUID: Uuid(),
        dict[str, Any]: JSON(),
        list[str]: JSON(),
        list[Any]: JSON(),
    }


def word() -> String:
    """Column type of a word of `db.vocabulary`."""
    return String(WORD)


class Record:
    """Mixin of everything people make: UUIDv7 key, row version (optimistic lock), times."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[dt.datetime] = mapped_column(default=utcnow)
    updated_at: Mapped[dt.datetime] = mapped_column(default=utcnow, onupdate=utcnow)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805
        """Two writers of one row find each other by its version."""
        return {"version_id_col": cls.version}


BOOKKEEPING: Final = frozenset({"version", "updated_at"})  # columns the journal leaves out
