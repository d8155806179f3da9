"""One filled questionnaire as a document: each question asked, its answer, how long it took."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from desktop_app.columns import Align, Column
from desktop_app.i18n import N_, _, language
from desktop_app.labels import UNKNOWN, label, moment_text
from desktop_app.questionnaire import answer_words, screen
from desktop_app.questionnaire.filled import FilledInterview
from desktop_app.questionnaire.filling import Filling
from desktop_app.questionnaire.form import Question, Repeat
from desktop_app.reports.base import (
    Block,
    Document,
    Facts,
    GivenColumn,
    Paragraph,
    Section,
    Table,
)

WIDE: Final = 6
"""A repeat with more questions has a row for each answer and not a column for each question."""
_MINUTE: Final = 60


@dataclass(frozen=True, slots=True)
class _Line:
    """One question that was asked."""

    part: str
    instance: str
    question: str
    answer: str
    mode: str
    seconds: int | None


_QUESTION: Column[_Line] = Column("question", N_("Question"), lambda line: line.question)
_ANSWER: Column[_Line] = Column("answer", N_("Answer"), lambda line: line.answer)
_MODE: Column[_Line] = Column("mode", N_("Mode"), lambda line: line.mode)
_SECONDS: Column[_Line] = Column(
    "seconds",
    N_("Seconds"),
    lambda line: line.seconds,
    align=Align.RIGHT,
)
_PART: Column[_Line] = Column("part", N_("Part"), lambda line: line.part)
_INSTANCE: Column[_Line] = Column("instance", N_("Instance"), lambda line: line.instance)


def interview_document(filled: FilledInterview, *, by: str = "") -> Document:
    """One interview as a document, in the language of the program.

    Args:
        filled: The interview.
        by: Who makes the document.
    """
    filling = filled.filling(language())
    lines = list(_lines(filled, filling))
    key = Paragraph(_("Interview {key}").format(key=filled.key), faint=True)
    sections = [
        Section("", (_facts(filled, lines), key)),
        Section(_("Answers"), _answers(lines)),
    ]
    sections += _repeats(filling, lines)
    if filling.left_over:
        sections.append(Section(_("Answers without a question"), (_left_over(filled, filling),)))
    return Document(
        id="interview",
        title=filled.title,
        sections=tuple(sections),
        subtitle=_("{number}, {customer}").format(
            number=filled.case or UNKNOWN, customer=filled.customer_name or _("(no name)")
        ),
        filters=(
            (_("Case"), filled.case),
            (_("Version"), filled.version),
        ),
        definitions=(
            (_("Seconds"), _("Time spent on the question, all visits to it together.")),
            (UNKNOWN, _("Asked and not answered.")),
        ),
        by=by,
        currency=filled.currency,
    )


def _facts(filled: FilledInterview, lines: Sequence[_Line]) -> Facts:
    seconds = sum(each.seconds for each in filled.answers.values())
    answered = sum(1 for line in lines if line.answer != UNKNOWN)
    return Facts(
        (
            (_("Case"), filled.case or UNKNOWN),
            (_("Customer"), " ".join(filter(None, (filled.customer, filled.customer_name)))),
            (_("Questionnaire"), filled.title),
            (_("Version"), filled.version),
            (_("Held by"), filled.by or UNKNOWN),
            (_("Mode"), label(filled.mode)),
            (_("State"), label(filled.state)),
            (_("Review"), label(filled.review) if filled.review is not None else UNKNOWN),
            (_("Started"), moment_text(filled.started_at)),
            (_("Finished at"), moment_text(filled.finished_at)),
            (_("Time on questions"), _duration(seconds)),
            (_("Answered"), f"{answered} / {len(lines)}"),
        )
    )


def _duration(seconds: int) -> str:
    return f"{seconds // _MINUTE}:{seconds % _MINUTE:02d}"


def _lines(filled: FilledInterview, filling: Filling) -> Iterator[_Line]:
    """Every question that was asked, in order; ``instance`` is where it stands in repeats."""
    parts = _heads(filling)
    for each in answer_words.asked(filling, filled.currency):
        given = filled.answers.get(each.address)
        yield _Line(
            part=parts.get(each.address.rpartition("/")[0], ""),
            instance=each.address[: each.address.rfind("]") + 1],
            question=each.label,
            answer=each.words or UNKNOWN,
            mode=label(given.mode) if given is not None and each.words else "",
            seconds=given.seconds if given is not None and given.seconds else None,
        )


def _heads(filling: Filling) -> Mapping[str, str]:
    """What groups are called, by address."""
    found: dict[str, str] = {}
    for item in screen.order(filling):
        if item.is_head and not isinstance(item.item, (Question, Repeat)) and item.item.path:
            found[item.address] = filling.label(item.address)
    return found


def _answers(lines: Sequence[_Line]) -> tuple[Block, ...]:
    """The questions outside of repeats."""
    plain = [line for line in lines if not line.instance]
    if not plain:
        return (Paragraph(_("Nothing to list."), faint=True),)
    parts = (_PART,) if any(line.part for line in plain) else ()
    columns = (*parts, _QUESTION, _ANSWER, _MODE, _SECONDS)
    return (Table("", columns, plain, note=_count(plain)),)


def _count(lines: Sequence[_Line]) -> str:
    return _("n = {count}").format(count=len(lines))


def _repeats(filling: Filling, lines: Sequence[_Line]) -> Iterator[Section]:
    """A table for each repeat: a row an instance, or a row an answer when it asks much."""
    by_repeat: dict[str, list[_Line]] = {}
    for line in lines:
        if line.instance:
            path = filling.state(line.instance).path
            by_repeat.setdefault(path, []).append(line)
    for path, found in by_repeat.items():
        title = filling.label(found[0].instance) or path.rpartition("/")[2]
        questions = list(dict.fromkeys(line.question for line in found))
        is_wide = len(questions) <= WIDE and _is_even(found)
        table = _wide(found, questions) if is_wide else _long(found)
        yield Section(title, (table,))


def _is_even(lines: Sequence[_Line]) -> bool:
    """Whether no question stands twice in an instance."""
    places = [(line.instance, line.question) for line in lines]
    return len(places) == len(set(places))


def _long(lines: Sequence[_Line]) -> Table:
    shown = [
        _Line(line.part, _place(line), line.question, line.answer, line.mode, line.seconds)
        for line in lines
    ]
    return Table("", (_INSTANCE, _QUESTION, _ANSWER, _MODE, _SECONDS), shown, note=_count(shown))


def _place(line: _Line) -> str:
    """``/data/house[2]/person[1]`` as ``2.1``."""
    inside = (part.partition("]")[0] for part in line.instance.split("[")[1:])
    return ".".join(inside)


_Row = Mapping[str, str]


def _wide(lines: Sequence[_Line], questions: Iterable[str]) -> Table:
    rows: dict[str, dict[str, str]] = {}
    for line in lines:
        rows.setdefault(_place(line), {})[line.question] = line.answer
    columns: list[Column[tuple[str, _Row]]] = [
        Column("instance", N_("Instance"), lambda row: row[0]),
        *(
            GivenColumn(f"q{number}", question, partial(_cell, question))
            for number, question in enumerate(questions)
        ),
    ]
    found = list(rows.items())
    return Table("", columns, found, note=_("n = {count}").format(count=len(found)))


def _cell(question: str, row: tuple[str, _Row]) -> str:
    return row[1].get(question, "")


def _left_over(filled: FilledInterview, filling: Filling) -> Table:
    """Answers of another version of the form, by their address."""
    lines = [
        _Line("", "", address, value, label(filled.answers[address].mode), None)
        for address, value in filling.left_over.items()
    ]
    return Table("", (_QUESTION, _ANSWER, _MODE), lines, note=_count(lines))
