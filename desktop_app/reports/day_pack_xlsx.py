"""The day pack as a workbook: the route, what is known, what to do, and a form to type into."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from desktop_app.columns import Align, Column, Kind
from desktop_app.i18n import N_, _
from desktop_app.labels import day_text, label
from desktop_app.reports import day_pack_words as words
from desktop_app.reports.base import Document, Facts, Loss, Section, Table, Written
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
        Table(_("Route"), _route_columns(pack.day), visits),
        Table(_("Calls and messages"), _route_columns(pack.day)[1:], every[len(visits) :]),
        Table(
            _("What to do"),
            _text_columns(N_("What to do"), N_("Done on")),
            list(_to_do(pack, visits)),
        ),
        Table(_("Report of the visits"), _FORM_COLUMNS, list(_form(visits))),
        Table(
            _("Cases"),
            _text_columns(N_("Reason and what happened"), N_("Opened on")),
            list(_cases(every)),
        ),
        Table(
            _("Promises, renewals, tasks"),
            _text_columns(N_("What"), N_("Due")),
            list(_owed(pack, every)),
        ),
        Table(_("People to talk to"), _PEOPLE_COLUMNS, list(_people(every))),
        Table(_("Last orders"), _ORDER_COLUMNS, list(_orders(every))),
        Table(_("Last contacts"), _text_columns(N_("Contact made"), N_("Day")), list(_past(every))),
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
        (_("Mark"), _("What the barcode on paper says; the list of visits finds it.")),
        (_("Phone"), _("With its middle hidden, unless the pack says that phones are in full.")),
    ]


# Columns -----------------------------------------------------------------------------------------


def _place() -> Column[_Line]:
    return Column("place", N_("No."), lambda line: line.place, align=Align.RIGHT)


def _route_columns(day: date) -> list[Column[_Line]]:
    """What stands in the route and in the list of calls."""
    return [
        _place(),
        Column("time", N_("Time"), lambda line: words.when(line.card.contact)),
        Column("district", N_("District"), lambda line: line.card.contact.district),
        *_customer_columns(),
        Column("klass", N_("Class"), lambda line: line.card.contact.klass),
        Column("phone", N_("Phone"), lambda line: line.card.contact.phone),
        Column("address", N_("Address"), lambda line: line.card.contact.address),
        Column("purpose", N_("Purpose"), lambda line: "; ".join(words.purposes(line.card))),
        Column("flags", N_("To remember"), lambda line: ", ".join(words.flags(line.card, day))),
        Column(
            "spend",
            N_("Spend 12 m"),
            lambda line: line.card.contact.spend_window,
            align=Align.RIGHT,
            kind=Kind.MONEY,
        ),
        Column("mark", N_("Mark"), lambda line: line.card.mark),
        Column("result", N_("Result"), lambda _line: None),
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


_FORM_COLUMNS: list[Column[_Line]] = [
    _place(),
    Column("mark", N_("Mark"), lambda line: line.card.mark),
    *_customer_columns(),
    Column("question", N_("Question"), lambda line: line.text),
    Column("choices", N_("Choices"), lambda line: line.what),
    Column("answer", N_("Answer"), lambda _line: None),
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


def _form(visits: list[_Line]) -> Iterator[_Line]:
    for line in visits:
        for asked in words.form(line.card):
            yield _Line(line.place, line.card, asked.text, " / ".join(asked.choices))


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
