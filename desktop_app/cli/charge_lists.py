"""The lists of charges on the command line: who looks after whom, and whom nobody looks after."""

from collections.abc import Sequence
from typing import Any

from db.queries.charges import HoldingFilter, HoldingRow
from db.session import Session
from desktop_app.cli.entities import ALL, Entity, by
from desktop_app.cli.output import plain, yuan
from desktop_app.columns.charges import HOLDING_COLUMNS, ORPHAN_COLUMNS
from desktop_app.errors import NotFoundError
from desktop_app.i18n import _
from desktop_app.services import charges
from desktop_app.services.orphans import OrphanFilter, OrphanRow


def _orphans(session: Session, text: str, offset: int, limit: int) -> Sequence[OrphanRow]:
    """Customers nobody is in charge of: those of people who left first, then by spend."""
    return charges.list_orphans(session, OrphanFilter(text=text), None, offset, limit)


def _orphan_document(row: OrphanRow) -> dict[str, Any]:
    """A customer nobody is in charge of, as JSON."""
    keys = {"customer_id", "former_id", "backup_id"}
    shown = {name: value for name, value in plain(row).items() if name not in keys}
    return {**shown, "class": row.klass, "value": yuan(row.value), "id": str(row.customer_id)}


def _find_orphan(session: Session, text: str) -> object:
    """A customer nobody is in charge of, by number or key. Raises NotFoundError."""
    for row in _orphans(session, "", 0, ALL):
        if text in (row.number, str(row.customer_id)):
            return _orphan_document(row)
    missing = _("Customer {number} is not among those that nobody looks after.")
    raise NotFoundError(missing.format(number=text))


def _holdings(session: Session, text: str, offset: int, limit: int) -> Sequence[HoldingRow]:
    """Charges that go on, by customer; found by customer or by who it is."""
    return charges.list_holdings(session, HoldingFilter(text=text), None, offset, limit)


ENTITIES = {
    "orphans": Entity(_orphans, lambda: ORPHAN_COLUMNS, _find_orphan, _orphan_document),
    "holdings": Entity(
        _holdings, lambda: HOLDING_COLUMNS, by("customer_number", _holdings, "holding")
    ),
}
