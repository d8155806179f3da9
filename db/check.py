"""Whether a workspace is whole: pages, references, journal, derived figures, files of cases."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from db import attachments, backup, derived, journal
from db.attachments import BadFile
from db.base import utcnow
from db.errors import DatabaseError, Trouble
from db.models import ENTITIES, CustomerStat, HandoverLine
from db.queries import charges
from db.queries.handovers import is_ahead
from db.session import Actor, Database
from db.vocabulary import Seat

_FIGURES: Final = tuple(column for column in CustomerStat.__table__.c if column.key != "no")


@dataclass(frozen=True, slots=True)
class Findings:
    """What a check found.

    Attributes:
        damage: What the page check found wrong, or empty.
        dangling: References to rows that are not there.
        tampered_at: Number of the first change set whose digest does not fit, or None.
        outdated: Customers whose stored figures differ from a rebuild.
        unsearchable: Customers missing in the search index, or left over in it.
        bad_files: Attachments whose file is missing or damaged.
        misplaced: Customers whose owner is not who is in charge of them, but for those who are
            handed over and have not gone yet.
        counts: Rows of each table.
    """

    damage: str
    dangling: int
    tampered_at: int | None
    outdated: int
    unsearchable: int
    bad_files: tuple[BadFile, ...]
    misplaced: int
    counts: dict[str, int]

    @property
    def is_sound(self) -> bool:
        """Whether nothing was found wrong."""
        found = self.damage or self.dangling or self.outdated or self.unsearchable
        return not (found or self.bad_files or self.misplaced) and self.tampered_at is None


class _GiveUpError(Exception):
    """Ends the trial rebuild without keeping it."""


def check(database: Database, actor: Actor) -> Findings:
    """Check everything; changes nothing.

    Raises DatabaseError when the file cannot be read at all.
    """
    try:
        backup.verify_file(database.path, database.key)
        damage = ""
    except DatabaseError as error:
        if error.trouble is not Trouble.DAMAGED:
            raise
        damage = error.detail or str(error.trouble)
    with database.read(actor) as session:
        dangling = len(session.execute(text("PRAGMA foreign_key_check")).all())
        tampered_at = journal.verify_chain(session)
        bad_files = attachments.bad_files(session)
        misplaced = _misplaced(session)
        counts = {name: _count(session, entity) for name, entity in sorted(ENTITIES.items())}
    outdated, unsearchable = _compare_figures(database, actor)
    return Findings(
        damage, dangling, tampered_at, outdated, unsearchable, bad_files, misplaced, counts
    )


def _misplaced(session: Session) -> int:
    lines = select(HandoverLine.customer_id).where(HandoverLine.seat == Seat.PRIMARY, is_ahead())
    ahead = set(session.scalars(lines))
    today = utcnow().astimezone().date()
    return sum(one.customer_id not in ahead for one in charges.misplaced(session, today))


def _count(session: Session, entity: type[Any]) -> int:
    return session.scalar(select(func.count()).select_from(entity)) or 0


def _compare_figures(database: Database, actor: Actor) -> tuple[int, int]:
    """Rebuild the figures within a transaction that is given up; count what differs."""
    outdated = unsearchable = 0
    try:
        with database.write(actor) as session:
            stored, indexed = _figures(session), _indexed(session)
            derived.rebuild(session)
            rebuilt = _figures(session)
            keys = stored.keys() | rebuilt.keys()
            outdated = sum(stored.get(key) != rebuilt.get(key) for key in keys)
            unsearchable = abs(indexed - _indexed(session))
            raise _GiveUpError  # noqa: TRY301  (the only way to leave without a commit)
    except _GiveUpError:
        return outdated, unsearchable


def _figures(session: Session) -> dict[Any, tuple[Any, ...]]:
    return {row.customer_id: tuple(row) for row in session.execute(select(*_FIGURES))}


def _indexed(session: Session) -> int:
    return session.scalar(text("SELECT count(*) FROM customer_fts")) or 0
