"""The sheet of a day pack that is filled in: a row for each question, a block for each visit.

It is brought back by the import of visits, which knows it by its headings and each row by the code
of the visit and of the field; the words are for the eye. What is said with the steps of winning
back is asked on paper only, for it is entered at the case.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from desktop_app.columns import Column
from desktop_app.i18n import N_, _
from desktop_app.reports import day_pack_words as words
from desktop_app.reports.base import Table
from desktop_app.reports.day_pack_words import Question
from desktop_app.reports.fill_in import Answer, FillIn, RowLook
from desktop_app.services.day_packs import Card

TITLE: Final = N_("Report of the visits")
HEADINGS: Final = (N_("Visit code"), N_("Question"), N_("Fill in"), N_("Field"))
VISIT: Final = "visit"
"""Field of the row with which the block of a visit begins; nothing is filled in there."""
_ROOM: Final = 1.65
"""Lines of print that a written line takes."""
MADE_ON, NEXT_ON, BY = "made_on", "next_on", "by"
FIELDS: Final = (
    VISIT, MADE_ON, "met", "note", "satisfaction", "agreed", "gift", "next_step", NEXT_ON, BY,
)  # fmt: skip
"""All fields but those of the visit's own form, which begin with `day_pack_words.FORM`."""


@dataclass(frozen=True, slots=True)
class _Row:
    mark: str
    text: str
    field: str
    look: RowLook
    answer: str | None = None


def table(cards: Sequence[Card]) -> Table:
    """The forms of all visits below each other, in the order of the route."""
    rows = [row for place, card in enumerate(cards, start=1) for row in _block(card, place)]
    mark, question, answer, field = HEADINGS
    columns: list[Column[_Row]] = [
        Column("mark", mark, lambda row: row.mark),
        Column("question", question, lambda row: row.text),
        Column("answer", answer, lambda row: row.answer),
        Column("field", field, lambda row: row.field),
    ]
    page = FillIn((20, 30, 29, 19), answer=2, look=lambda row: row.look, faint=frozenset({0, 3}))
    return Table(_(TITLE), columns, rows, fill_in=page)


def _block(card: Card, place: int) -> Iterator[_Row]:
    row = card.contact
    head = _("{name} ({klass}), {number}").format(
        name=row.name or _("(no name)"), klass=row.klass.value.upper(), number=row.number
    )
    title = "\n".join(part for part in (f"{place}   {head}", words.when(row)) if part)
    yield _Row(card.mark, title, VISIT, RowLook(is_head=True), card.mark)
    day = RowLook(_ROOM, answer=Answer.DAY)
    yield _Row(card.mark, _("Day of the visit"), MADE_ON, day)
    for asked in words.form(card):
        if asked.code == words.CALM:
            continue
        yield _Row(card.mark, _question(asked), asked.code, _look(asked))
        if asked.day:
            yield _Row(card.mark, _("Day of the next step"), NEXT_ON, day)
    yield _Row(card.mark, _("Visited by, if it was somebody else"), BY, RowLook(_ROOM))


def _question(asked: Question) -> str:
    """The question, and below it the answers there are."""
    return "\n".join((asked.text, " / ".join(asked.choices))) if asked.choices else asked.text


def _look(asked: Question) -> RowLook:
    kind = Answer.NUMBER if asked.is_number else Answer.TEXT
    return RowLook(asked.lines * _ROOM, choices=asked.choices, answer=kind)
