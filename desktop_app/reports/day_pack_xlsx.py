"""The day pack as a workbook: the route, what is known, what to do, and a form to type into."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from desktop_app.columns import Align, Column, Kind
from desktop_app.i18n import N_, _
from desktop_app.labels import day_text, label
from desktop_app.reports import day_pack_sheet
from desktop_app.reports import day_pack_words as words
from desktop_app.reports.base import Document, Facts, Loss, Section, Table, Written
from desktop_app.reports.fill_in import FillIn, RowLook
from desktop_app.reports.xlsx import check_xlsx, write_xlsx
from desktop_app.services.day_packs import Card, DayPack


@dataclass(frozen=True, slots=True)
class _Line:
    """A line about a visit or call: its place in the route, or empty of a call."""

    place: int | None
    card: Card
    text: str = ""
    what: str = ""
    on: date | None = None
    amount: int | None = None
    phone: str = ""


def pack_document(pack: DayPack) -> Document:
    """A day pack without a file format: for the workbook and for JSON."""
    visits = [_Line(place, card) for place, card in enumerate(pack.visits, start=1)]
    every = [*visits, *(_Line(None, card) for card in pack.calls)]
    facts = Facts(
        (
            (_("Visits"), str(len(pack.visits))),
            (_("Calls and messages"), str(len(pack.calls))),
            (_("Phones"), _("in full") if pack.whole_phones else _("with their middle hidden")),
        )
    )
    tables = [
        _route(pack, visits),
        day_pack_sheet.table(pack.visits),
        _calls(pack, every[len(visits) :]),
        Table(
            _("What to do"),
            _text_columns(N_("What to do"), N_("Done on")),
            list(_to_do(pack, visits)),
            fill_in=_TEXT_PAGE,
        ),
        Table(
            _("Cases"),
            _text_columns(N_("Reason and what happened"), N_("Opened on")),
            list(_cases(every)),
            fill_in=_TEXT_PAGE,
        ),
        Table(
            _("Promises, renewals, tasks"),
            _text_columns(N_("What"), N_("Due")),
            list(_owed(pack, every)),
            fill_in=_TEXT_PAGE,
        ),
        Table(
            _("People to talk to"),
            _PEOPLE_COLUMNS,
            list(_people(every)),
            fill_in=_page(6, 38, 16, 30, 30, 25),
        ),
        Table(
            _("Last orders"),
            _ORDER_COLUMNS,
            list(_orders(every)),
            fill_in=_page(6, 38, 16, 14, 18, 53),
        ),
        Table(
            _("Customers"),
            _customer_list(),
            every,
            fill_in=_page(6, 21, 25, 11, 9, 12, 17, 29, 15),
        ),
        Table(
            _("Last contacts"),
            _text_columns(N_("Contact made"), N_("Day")),
            list(_past(every)),
            fill_in=_TEXT_PAGE,
        ),
    ]
    return Document(
        id="day-pack",
        title=_("Day pack"),
        sections=(
            Section(_("The day"), (facts,)),
            *(Section(table.title, (table,)) for table in tables if table.rows),
        ),
        subtitle=pack.person,
        period=day_text(pack.day),
        definitions=tuple(_definitions()),
        by=pack.by,
        currency=pack.currency,
    )


def check_pack_xlsx(pack: DayPack) -> tuple[Loss, ...]:
    """What a workbook cannot hold of a day pack as it is; nothing is written."""
    return check_xlsx(pack_document(pack))


def write_pack_xlsx(pack: DayPack, path: Path, *, overwrite: bool = False) -> Written:
    """Write a day pack as a workbook. Raises FileProblemError as `write_xlsx` does."""
    return write_xlsx(pack_document(pack), path, overwrite=overwrite)


def _definitions() -> list[tuple[str, str]]:
    return [
        (
            _("Route"),
            _(
                "By district: appointments before noon first, then districts without one, then "
                "appointments from noon on. Within a district street by street."
            ),
        ),
        (_("Visit code"), _("What the barcode on paper says; the list of visits finds it.")),
        (
            _(day_pack_sheet.TITLE),
            _(
                "Filled in on the way and brought back by the import of visits. It finds each "
                "visit by its code: leave the codes and the last column as they are."
            ),
        ),
        (_("Phone"), _("With its middle hidden, unless the pack says that phones are in full.")),
    ]


# Columns -----------------------------------------------------------------------------------------


def _place() -> Column[_Line]:
    return Column("place", N_("No."), lambda line: line.place, align=Align.RIGHT)


def _page(*widths: float) -> FillIn:
    """A sheet on its side; lines break in narrow columns, so that letters stay readable."""
    return FillIn(widths, len(widths) - 1, lambda _line: RowLook(), is_wide=True)


_TEXT_PAGE: Final = _page(6, 24, 12, 28, 61, 14)
_RESULT: Column[_Line] = Column("result", N_("Result"), lambda _line: None)


def _route(pack: DayPack, visits: list[_Line]) -> Table:
    """The visits in their order, two lines each, with room for the result."""
    columns = [
        _place(),
        Column("time", N_("Time"), lambda line: words.when(line.card.contact)),
        Column("customer", N_("Customer"), _who),
        Column("where", N_("Address and phone"), _where),
        Column("purpose", N_("Purpose"), lambda line: _what_for(line, pack.day)),
        _RESULT,
    ]
    page = FillIn((7, 10, 30, 36, 32, 30), answer=5, look=lambda _line: RowLook(3), is_wide=True)
    return Table(_("Route"), columns, visits, fill_in=page)


def _calls(pack: DayPack, calls: list[_Line]) -> Table:
    """Calls and messages with what they are about, and room for the result."""
    columns = [
        Column("time", N_("Time"), lambda line: words.when(line.card.contact)),
        Column("channel", N_("How"), lambda line: label(line.card.contact.channel)),
        Column("customer", N_("Customer"), _who),
        Column("phone", N_("Phone"), lambda line: line.card.contact.phone),
        Column("purpose", N_("Purpose"), lambda line: _why(line, pack.day)),
        _RESULT,
    ]
    page = FillIn((10, 9, 28, 17, 45, 36), answer=5, look=lambda _line: RowLook(3), is_wide=True)
    return Table(_("Calls and messages"), columns, calls, fill_in=page)


def _who(line: _Line) -> str:
    row = line.card.contact
    return f"{row.name or _('(no name)')}\n{row.number} · {row.klass.value.upper()}"


def _where(line: _Line) -> str:
    row = line.card.contact
    below = " · ".join(part for part in (row.district, row.phone) if part)
    return "\n".join(part for part in (row.address or _("address not known"), below) if part)


def _what_for(line: _Line, day: date) -> str:
    flags = _(", ").join(words.flags(line.card, day))
    return "\n".join(part for part in (*words.purposes(line.card), flags) if part)


def _why(line: _Line, day: date) -> str:
    """What a call is for, and why the customer leaves."""
    cases = [
        text
        for file in line.card.cases[:1]
        for text in (_("Case {number}").format(number=words.case_head(file)), *words.reasons(file))
    ]
    return "\n".join([_what_for(line, day), *cases]).strip()


def _customer_list() -> list[Column[_Line]]:
    """Every customer of the day in plain columns, to be sorted and counted."""
    return [
        _place(),
        Column("mark", N_("Visit code"), lambda line: line.card.mark),
        *_customer_columns(),
        Column("klass", N_("Class"), lambda line: line.card.contact.klass),
        Column("district", N_("District"), lambda line: line.card.contact.district),
        Column("phone", N_("Phone"), lambda line: line.card.contact.phone),
        Column("address", N_("Address"), lambda line: line.card.contact.address),
        Column(
            "spend",
            N_("Spend 12 m"),
            lambda line: line.card.contact.spend_window,
            align=Align.RIGHT,
            kind=Kind.MONEY,
        ),
    ]


def _customer_columns() -> list[Column[_Line]]:
    return [
        Column("customer", N_("Customer"), lambda line: line.card.contact.name or _("(no name)")),
        Column("number", N_("Number"), lambda line: line.card.contact.number),
    ]


def _text_columns(title: str, day: str = "") -> list[Column[_Line]]:
    """Lines of text about a customer, with a day if it has a title."""
    return [
        _place(),
        *_customer_columns(),
        Column("what", N_("About"), lambda line: line.what),
        Column("text", title, lambda line: line.text),
        *([Column("on", day, lambda line: line.on)] if day else []),
    ]


_PEOPLE_COLUMNS: list[Column[_Line]] = [
    _place(),
    *_customer_columns(),
    Column("person", N_("Name"), lambda line: line.text),
    Column("duty", N_("Duty"), lambda line: line.what),
    Column("phone", N_("Phone"), lambda line: line.phone),
]
_ORDER_COLUMNS: list[Column[_Line]] = [
    _place(),
    *_customer_columns(),
    Column("on", N_("Day"), lambda line: line.on),
    Column("amount", N_("Amount"), lambda line: line.amount, align=Align.RIGHT, kind=Kind.MONEY),
    Column("products", N_("Products"), lambda line: line.text),
]


# Lines -------------------------------------------------------------------------------------------


def _to_do(pack: DayPack, visits: list[_Line]) -> Iterator[_Line]:
    for line in visits:
        what = _("Win back") if line.card.is_win_back else _("Treatment of the class")
        for step in words.to_do(line.card):
            text = f"{step.text} – {step.detail}" if step.detail else step.text
            yield _Line(line.place, line.card, text, what, step.done_on)
        for task in line.card.tasks:
            yield _Line(line.place, line.card, words.owed(task, pack.day), _("Task"))


def _cases(lines: list[_Line]) -> Iterator[_Line]:
    for line in lines:
        for file in line.card.cases:
            for text in words.reasons(file):
                yield _Line(line.place, line.card, text, words.case_head(file), file.row.opened_on)


def _owed(pack: DayPack, lines: list[_Line]) -> Iterator[_Line]:
    for line in lines:
        card = line.card
        for promise in card.promises:
            yield _Line(
                line.place, card, words.owed(promise, pack.day), _("Promise"), promise.due_on
            )
        for each in card.renewals:
            text = words.renewal(each, pack.day)
            yield _Line(line.place, card, text, _("Renewal"), each.expires_on)
        if line.place is None:
            for task in card.tasks:
                yield _Line(None, card, words.owed(task, pack.day), _("Task"), task.due_on)


def _people(lines: list[_Line]) -> Iterator[_Line]:
    for line in lines:
        for each in line.card.people:
            yield _Line(line.place, line.card, each.name, each.duty, phone=each.phone)


def _orders(lines: list[_Line]) -> Iterator[_Line]:
    for line in lines:
        for each in line.card.orders:
            text = ", ".join(each.products)
            yield _Line(line.place, line.card, text, "", each.on, each.amount)


def _past(lines: list[_Line]) -> Iterator[_Line]:
    for line in lines:
        for each in line.card.past:
            text = words.past(each)
            yield _Line(line.place, line.card, text, label(each.channel), each.on)
