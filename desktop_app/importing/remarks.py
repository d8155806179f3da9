"""What a person must know about a sheet besides its rows: told before and after an import."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from desktop_app.i18n import _, ngettext

if TYPE_CHECKING:
    from desktop_app.importing.readers import Counts, Head, Sheet

_NAMED = 5  # so many sheets or columns are named, the others counted


def sheet_name(sheet: "Sheet") -> str:
    """The name of a sheet, saying so when it is hidden."""
    return sheet.name if sheet.is_visible else _("{name} (hidden)").format(name=sheet.name)


def remarks(head: "Head", counts: "Counts | None", second: int, doubtful: int) -> Iterator[str]:
    """Sentences about sheets that are not read, hidden parts and further tables.

    Args:
        head: Sheets and headings.
        counts: What was in the sheet, as far as it was read.
        second: Row with the headings of a second table, 0 for none.
        doubtful: Row that may be such headings, 0 for none.
    """
    yield from _of_sheets(head)
    if head.hidden_columns:
        text = _("Hidden columns are read like the others: {names}.")
        yield text.format(names=_named(head.hidden_columns))
    if counts is not None and counts.hidden:
        yield ngettext(
            "{count} hidden row is read like the others: row {row}.",
            "{count} hidden rows are read like the others, the first is row {row}.",
            counts.hidden,
        ).format(count=f"{counts.hidden:,}", row=counts.first_hidden)
    if counts is not None and counts.preamble:
        yield ngettext(
            "{count} row above the headings is not read.",
            "{count} rows above the headings are not read.",
            counts.preamble,
        ).format(count=counts.preamble)
    if second:
        text = _("In row {row} begins a second table; it is not read.")
        yield text.format(row=second)
    elif doubtful:
        text = _("Row {row} looks like the headings of a second table. Check the rows below it.")
        yield text.format(row=doubtful)


def _of_sheets(head: "Head") -> Iterator[str]:
    chosen = next((sheet for sheet in head.sheets if sheet.name == head.sheet), None)
    if chosen is not None and not chosen.is_visible:
        yield _("The sheet {name} is hidden in the workbook.").format(name=chosen.name)
    others = [sheet_name(sheet) for sheet in head.sheets if sheet is not chosen]
    if others:
        text = _("Only the sheet {name} is read, not: {others}.")
        yield text.format(name=head.sheet, others=_named(others))
    if not head.is_followed:
        yield _("Whether cells show errors or rows are hidden cannot be told for this sheet.")


def _named(names: Sequence[str]) -> str:
    shown = _(", ").join(names[:_NAMED])
    rest = len(names) - _NAMED
    return shown if rest <= 0 else _("{names} and {n} more").format(names=shown, n=rest)
