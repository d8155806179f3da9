"""The four stages of an import: map, check (a dry run), load (one change set), report.

Rows in the file = new + changed + same + rejected, always.
"""

import hashlib
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sqlalchemy.orm import Session

from db.vocabulary import ImportKind
from desktop_app.domain.permissions import Action
from desktop_app.errors import FileProblemError
from desktop_app.i18n import _, ngettext
from desktop_app.importing.mapping import (
    Mapping,
    check_mapping,
    is_day_pack,
    signature,
    suggest,
    suggest_columns,
    unused_columns,
)
from desktop_app.importing.readers import (
    Preview,
    ReadOptions,
    SourceRow,
    Table,
    open_table,
    preview,
    require_sure_encoding,
)
from desktop_app.importing.rejects import Reject
from desktop_app.importing.rows import RowReader
from desktop_app.importing.wire import Cell
from desktop_app.progress import Progress
from desktop_app.services import access, imports, workspace_settings
from desktop_app.services.import_customers import CustomerImport
from desktop_app.services.import_day_packs import DayPackImport
from desktop_app.services.import_orders import BuyerFacts, OrderChoices, OrderImport, OrderRow
from desktop_app.services.import_renewals import RenewalImport
from desktop_app.services.import_visits import VisitImport
from desktop_app.services.imports import Outcome, RowStatus, Source

RowT = TypeVar("RowT")


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did, or would do.

    Attributes:
        kind: What the file holds.
        rows: Rows below the headings that are not blank; the sum of the next four.
        new: Rows that made a customer, an order line, a visit or a renewal.
        changed: Rows that changed one.
        same: Rows that say what is known already.
        rejected: Rows that were not taken.
        change_set: The change set to undo it by; ``None`` for a dry run or when all was known.
        rejects: The rejected rows in the order of the file.
        headings: Columns of the file, for the file of rejects.
        customers_created: Customers made from orders.
        returns: Order rows with a negative amount.
        blank_rows: Rows with nothing in them, not counted in ``rows``.
        blank_cells: Blank cells by heading, of the columns that were taken.
        unused_columns: Headings of the columns of which nothing is taken.
        warnings: Sentences about what deserves a look.
        digest: What the file held, as a fingerprint of its bytes.
        is_dry: Whether nothing was written.
    """

    kind: ImportKind
    rows: int
    new: int
    changed: int
    same: int
    rejected: int
    change_set: uuid.UUID | None
    rejects: tuple[Reject, ...]
    headings: tuple[str, ...]
    customers_created: int
    returns: int
    blank_rows: int
    blank_cells: dict[str, int]
    unused_columns: tuple[str, ...]
    warnings: tuple[str, ...]
    digest: str
    is_dry: bool


def suggest_mapping(
    session: Session,
    kind: ImportKind,
    path: Path,
    read: ReadOptions | None = None,
    progress: Progress | None = None,
) -> tuple[Preview, Mapping]:
    """Look into a file and propose how to read it: as last time, else by its headings.

    The currency is the workspace's; as long as nothing has settled one, what the file says. Of a
    day pack that was filled in the sheet with the report is taken, by its headings.

    Raises:
        FileProblemError: it cannot be read.
    """
    access.require(session, Action.IMPORT)
    seen = preview(path, read, progress)
    if kind is ImportKind.VISITS and (read is None or read.sheet is None):
        seen, read = _report_of_day_pack(path, seen, read, progress)
    stored = imports.remembered_mapping(session, signature(kind, seen.head.headings))
    options = read or ReadOptions()
    if stored is not None:
        stored.pop("signature")
        mapping = Mapping.model_validate(stored)
        options = options.model_copy(update={"fill_merged": mapping.read.fill_merged})
        mapping = mapping.model_copy(update={"read": options})
    else:
        mapping = suggest(kind, seen, read)
    if kind is ImportKind.ORDERS:
        currency = workspace_settings.free_currency(session, mapping.currency)
        mapping = mapping.model_copy(update={"currency": currency})
    return seen, mapping


def _report_of_day_pack(
    path: Path, seen: Preview, read: ReadOptions | None, progress: Progress | None
) -> tuple[Preview, ReadOptions | None]:
    """The sheet of a workbook that a day pack is brought back by; what was seen if there is none.

    Sheets are looked at only when nothing on the first one says when visits were made.
    """
    columns = suggest_columns(ImportKind.VISITS, seen.head.headings)
    if "visited_on" in columns or is_day_pack(columns):
        return seen, read
    for sheet in seen.head.sheets:
        if sheet.name != seen.head.sheet:
            options = (read or ReadOptions()).model_copy(update={"sheet": sheet.name})
            try:
                other = preview(path, options, progress)
            except FileProblemError:  # a sheet of its own that cannot be read, an empty one
                continue
            if is_day_pack(suggest_columns(ImportKind.VISITS, other.head.headings)):
                return other, options
    return seen, read


def check_file(session: Session, progress: Progress, path: Path, mapping: Mapping) -> ImportResult:
    """Say what an import would do; writes nothing.

    Raises:
        InvalidInputError: the mapping does not fit the file.
        FileProblemError: the file cannot be read.
        CancelledError: the person asked to stop.
    """
    return _Import(session, progress, path, mapping, is_dry=True).run()


def import_file(
    session: Session, progress: Progress, path: Path, mapping: Mapping, *, checked: str = ""
) -> ImportResult:
    """Import a file as one change set of this writing session.

    Args:
        session: The writing session.
        progress: Told the rows that were read.
        path: The file.
        mapping: How to read it.
        checked: Fingerprint of what was checked before; empty when nothing was.

    Raises:
        InvalidInputError: the mapping does not fit the file.
        FileProblemError: the file cannot be read, or holds something else than what was checked;
            the transaction must be given up.
        CancelledError: the person asked to stop; the transaction must be given up.
    """
    return _Import(session, progress, path, mapping, is_dry=False).run(checked)


class _Import:
    """One run over one file."""

    def __init__(
        self, session: Session, progress: Progress, path: Path, mapping: Mapping, *, is_dry: bool
    ) -> None:
        access.require(session, Action.IMPORT)
        self._session = session
        self._progress = progress
        self._path = path
        self._mapping = mapping
        self._outcome = Outcome(is_dry)
        self._reasons: dict[int, str] = {}
        self._cells: dict[int, tuple[Cell, ...]] = {}
        self._incomplete: set[str] = set()
        self._is_new_currency = False

    def run(self, checked: str = "") -> ImportResult:
        """Read, sort, store, count."""
        digest = _digest(self._path)
        if checked and digest != checked:
            text = _("{file} was changed since it was checked. Check it again.")
            raise FileProblemError(text.format(file=self._path.name))
        with open_table(self._path, self._mapping.read, self._progress) as table:
            require_sure_encoding(table)
            headings = table.head.headings
            check_mapping(self._mapping, headings)
            self._settle_currency()
            stored = self._mapping.model_dump(mode="json", exclude_none=True)
            stored["signature"] = signature(self._mapping.kind, headings)
            source = Source(self._mapping.kind, self._path.name, digest, stored)
            reader = RowReader(self._mapping, headings)
            self._take(table, reader, source)
        return self._result(table, reader, digest)

    def _take(self, table: Table, reader: RowReader, source: Source) -> None:
        given = (self._session, source, self._mapping.key, self._outcome)
        match self._mapping.kind:
            case ImportKind.CUSTOMERS:
                rows = self._understood(table, reader.customer)
                CustomerImport(*given).take(rows, self._progress)
            case ImportKind.ORDERS:
                self._take_orders(table, reader, source)
            case ImportKind.VISITS if is_day_pack(self._mapping.columns):
                lines = self._understood(table, reader.pack_line)
                DayPackImport(self._session, source, self._outcome).take(lines, self._progress)
            case ImportKind.VISITS:
                VisitImport(*given).take(self._understood(table, reader.visit), self._progress)
            case ImportKind.RENEWALS:
                RenewalImport(*given).take(self._understood(table, reader.renewal), self._progress)

    def _settle_currency(self) -> None:
        """Say in the mapping which currency the amounts are in."""
        if self._mapping.kind is ImportKind.ORDERS:
            present = workspace_settings.currency(self._session)
            wanted = self._mapping.currency
            currency = workspace_settings.import_currency(self._session, wanted)
            self._mapping = self._mapping.model_copy(update={"currency": currency})
            self._is_new_currency = currency != present

    def _understood(self, table: Table, read: Callable[[SourceRow], RowT | str]) -> Iterator[RowT]:
        for row in table:
            understood = read(row)
            if isinstance(understood, str):
                self._reject(row, understood)
            else:
                self._cells[row.number] = tuple(row.cells)
                yield understood
                self._forget_accepted()

    def _forget_accepted(self) -> None:
        """Drop the cells of rows the database has taken; only rejects keep theirs."""
        if len(self._cells) < 20_000:  # noqa: PLR2004
            return
        rejected = {number for number, _reason in self._outcome.rejected}
        rejected |= self._reasons.keys()
        newest = max(self._cells) - 5000
        self._cells = {
            number: cells
            for number, cells in self._cells.items()
            if number in rejected or number > newest
        }

    def _take_orders(self, table: Table, reader: RowReader, source: Source) -> None:
        rows: list[OrderRow] = []
        buyers: dict[str, BuyerFacts] = {}
        for row in table:
            understood = reader.order(row)
            if isinstance(understood, str):
                self._reject(row, understood)
                self._incomplete.add(reader.order_number(row))
                continue
            order, facts = understood
            rows.append(order)
            self._cells[row.number] = tuple(row.cells)
            if order.customer and (order.customer not in buyers or not buyers[order.customer].name):
                buyers[order.customer] = facts
        choices = OrderChoices(
            self._mapping.key,
            self._mapping.unknown_customer,
            self._mapping.no_customer,
            self._mapping.currency,
        )
        orders = OrderImport(self._session, source, choices, self._outcome)
        orders.take(rows, buyers, self._incomplete, self._progress)

    def _reject(self, row: SourceRow, reason: str) -> None:
        self._reasons[row.number] = reason
        self._cells[row.number] = tuple(row.cells)

    def _result(self, table: Table, reader: RowReader, digest: str) -> ImportResult:
        outcome, counts = self._outcome, table.counts
        if counts is None:
            raise FileProblemError(
                _("{file} was not read to its end.").format(file=self._path.name)
            )
        self._reasons |= dict(outcome.rejected)
        rejects = tuple(
            Reject(number, reason, self._cells.get(number, ()))
            for number, reason in sorted(self._reasons.items())
        )
        new, changed, same = (outcome.statuses[status] for status in RowStatus)
        change_set = None
        if not outcome.is_dry:
            change_set = imports.finish_job(self._session, outcome, len(rejects))
        return ImportResult(
            kind=self._mapping.kind,
            rows=counts.rows,
            new=new,
            changed=changed,
            same=same,
            rejected=len(rejects),
            change_set=change_set,
            rejects=rejects,
            headings=table.head.headings,
            customers_created=outcome.customers_created,
            returns=outcome.returns,
            blank_rows=counts.blank,
            blank_cells={name: count for name, count in reader.notes.blank.items() if count},
            unused_columns=unused_columns(self._mapping, table.head.headings),
            warnings=tuple(self._warnings(table, reader)),
            digest=digest,
            is_dry=outcome.is_dry,
        )

    def _warnings(self, table: Table, reader: RowReader) -> Iterator[str]:
        notes, counts = reader.notes, table.counts
        if self._is_new_currency:
            text = _("The amounts are in {currency}; with them the workspace counts in {currency}.")
            yield text.format(currency=self._mapping.currency)
        yield from table.remarks()
        if unused := unused_columns(self._mapping, table.head.headings):
            yield ngettext(
                "Nothing is taken of this column: {headings}.",
                "Nothing is taken of these columns: {headings}.",
                len(unused),
            ).format(headings=", ".join(unused))
        for heading, count in notes.blank.items():
            yield ngettext(
                "Column {heading}: {count} cell is blank.",
                "Column {heading}: {count} cells are blank.",
                count,
            ).format(heading=heading, count=count)
        if notes.rounded:
            yield ngettext(
                "{count} number had more decimals than are kept and was rounded.",
                "{count} numbers had more decimals than are kept and were rounded.",
                notes.rounded,
            ).format(count=notes.rounded)
        if notes.turned:
            yield ngettext(
                "{count} amount was taken as negative because its quantity is.",
                "{count} amounts were taken as negative because their quantities are.",
                notes.turned,
            ).format(count=notes.turned)
        if notes.errors:
            yield ngettext(
                "{count} cell of a further column shows an error and was left out.",
                "{count} cells of further columns show errors and were left out.",
                notes.errors,
            ).format(count=notes.errors)
        if table.head.merged and not self._mapping.read.fill_merged:
            yield ngettext(
                "The sheet has {count} merged block; only its first cell has the value.",
                "The sheet has {count} merged blocks; only their first cells have the values.",
                table.head.merged,
            ).format(count=table.head.merged)
        if counts is not None and counts.short:
            yield ngettext(
                "{count} row has fewer cells than there are headings.",
                "{count} rows have fewer cells than there are headings.",
                counts.short,
            ).format(count=counts.short)


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise FileProblemError(
            _("{file} cannot be read: {reason}. Check that it exists and is not locked.").format(
                file=path.name, reason=error.strerror
            )
        ) from error
