"""From a form to what stands on paper: numbers, wording, conditions in words, code tables."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Final

from desktop_app.i18n import _
from desktop_app.questionnaire import condition_words
from desktop_app.questionnaire.condition_words import Lookup, Vocabulary
from desktop_app.questionnaire.evaluation import Expression
from desktop_app.questionnaire.form import (
    FILES,
    SELECTS,
    Content,
    Form,
    Item,
    Kind,
    Output,
    Question,
    Repeat,
    Text,
)
from desktop_app.questionnaire.languages import is_chinese
from desktop_app.questionnaire.listed import Listed, listed
from desktop_app.questionnaire.paper_numbers import column_of, paper_numbers, retired_choices
from desktop_app.questionnaire.xform_body import list_of
from desktop_app.questionnaire.xpath_ast import Number
from desktop_app.reports.paper_items import (
    Asked,
    Blank,
    CodeTable,
    Entry,
    Head,
    More,
    PaperChoice,
    Space,
)
from desktop_app.reports.paper_spaces import space_of

LONG_LIST: Final = 40
"""A list with more choices is printed once, at the end."""
BLOCKS: Final = (3, 2, 1)
"""Blank blocks of a repeat, by how many repeats stand around it."""
MOST_BLOCKS: Final = 20
_LETTERS: Final = 26


class PaperContent:
    """Everything of a form as it stands on paper.

    Args:
        form: The questionnaire.
        languages: Names of one or two languages as the form writes them.
        facts: What a fact of the case means when it is so, by its name.
    """

    def __init__(
        self, form: Form, languages: tuple[str, ...], facts: Mapping[str, str] | None = None
    ) -> None:
        self.form = form
        self.languages = languages
        self._marks: dict[Lookup, str] = {}
        self._choices: dict[str, tuple[Listed, ...]] = {}
        numbered = [each.path for each in form.asked() if each.kind is not Kind.NOTE]
        self.numbers = {path: str(n) for n, path in enumerate(dict.fromkeys(numbered), 1)}
        self._vocabulary = Vocabulary(self.numbers, self._label, facts or {}, self._looked_up)

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Heads, questions and blocks in order."""
        return tuple(self._entries(self.form.items, 0, 0))

    @cached_property
    def tables(self) -> tuple[CodeTable, ...]:
        """The long lists, in the order of the questions that use them."""
        _known = self.entries  # whose conditions give the marks
        return tuple(self._table(key, letter) for key, letter in self._letters.items())

    # In order ------------------------------------------------------------------------------------

    def _entries(self, items: tuple[Item, ...], depth: int, around: int) -> Iterator[Entry]:
        for item in items:
            if isinstance(item, Question):
                yield self._asked(item)
                continue
            bind = self.form.binds.get(item.path)
            condition = self._condition(bind.relevant if bind is not None else None)
            if isinstance(item, Repeat):
                yield from self._blocks(item, condition, depth, around)
                continue
            texts = self._texts(item.label, item.path)
            if texts or condition:
                yield Head(texts, condition, depth)
            yield from self._entries(item.items, depth + bool(texts), around)

    def _blocks(self, repeat: Repeat, condition: str, depth: int, around: int) -> Iterator[Entry]:
        fixed = self._fixed_count(repeat)
        wanted = BLOCKS[min(around, len(BLOCKS) - 1)] if fixed is None else fixed
        count = min(wanted, MOST_BLOCKS)
        name = repeat.path.rpartition("/")[2]
        texts = self._texts(repeat.label, repeat.path) or (name,)
        for place in range(1, count + 1):
            titles = tuple(f"{text} {place}" for text in texts)
            yield Head(titles, condition, depth)
            yield from self._entries(repeat.items, depth + 1, around + 1)
        if fixed is None or wanted > count:
            text = _("More than {count}? Go on with “{name}” on another sheet.")
            yield More(text.format(count=count, name=texts[0]))

    def _fixed_count(self, repeat: Repeat) -> int | None:
        """How many instances there always are, None when that is left open."""
        if repeat.count is None:
            return None
        found = repeat.count
        path = condition_words.definition_at(self.form, found.source, repeat.path)
        bind = self.form.binds.get(path)
        if bind is not None and bind.calculate is not None:  # how pyxform writes a plain number
            found = bind.calculate
        return int(float(found.ast.text)) if isinstance(found.ast, Number) else None

    def _asked(self, question: Question) -> Asked:
        texts = self._texts(question.label, question.path)
        if not texts:
            media = next(iter(self._content(question.label, 0).media.values()), "")
            texts = (f"[{media}]" if media else question.name,)
        required = question.bind.required
        return Asked(
            number=self.numbers.get(question.path, ""),
            name=question.name,
            texts=texts,
            hints=tuple(dict.fromkeys(self._hints(question))),
            condition=self._condition(question.bind.relevant),
            is_required=required is not None and required.source != "false()",
            space=self._space(question),
        )

    def _space(self, question: Question) -> Space:
        if question.kind not in SELECTS or question.bind.calculate is not None:
            return space_of(question)
        lines = 1 if question.kind is Kind.SELECT_ONE else 2
        letter = self._letters.get(_list_key(question))
        if letter is not None:
            widest = max(map(len, paper_numbers(self.form, question).values()))
            digits = widest if question.kind is Kind.SELECT_ONE else 0
            return Space(Blank.CODE, table=letter, lines=lines, digits=digits)
        choices = tuple(choice for _code, choice in self._printed(question))
        if not choices:  # the file is not there, or they are answers of the same interview
            return Space(Blank.LINES, lines=lines)
        return Space(Blank.RANK if question.kind is Kind.RANK else Blank.CHOICES, choices)

    # Words ---------------------------------------------------------------------------------------

    def _hints(self, question: Question) -> Iterator[str]:
        if question.bind.calculate is not None:
            yield _("The program works this out.")
        elif question.kind is Kind.SELECT_MULTIPLE:
            yield _("All that apply.")
        elif question.kind is Kind.RANK:
            yield _("Number them; 1 is the first.")
        elif question.kind in FILES:
            yield _("Write down the name of the file.")
        if self._is_filtered(question):
            yield _("Only what fits the answers before.")
        for place in range(len(self.languages)):
            content = self._content(question.hint, place)
            for pieces in (content.pieces, content.guidance):
                text = self._said(pieces, question.path)
                if text:
                    yield text

    def _is_filtered(self, question: Question) -> bool:
        items = question.choices.items if question.choices is not None else None
        return items is not None and any(read.path in self.numbers for read in items.reads)

    def _condition(self, expression: Expression | None) -> str:
        """When something is asked, empty for always; a formula when there are no plain words."""
        if expression is None:
            return ""
        words = condition_words.in_words(self.form, expression, self._vocabulary)
        if words is None:
            formula = condition_words.as_formula(self.form, expression, self._vocabulary)
            return _("Ask only if: {formula}").format(formula=formula)
        return _("Only if {condition}").format(condition=words) if words else ""

    def _texts(self, text: Text, path: str) -> tuple[str, ...]:
        """A text in each language, each wording once."""
        contents = (self._content(text, place) for place in range(len(self.languages)))
        found = (self._said(content.pieces, path) for content in contents)
        return tuple(dict.fromkeys(each for each in found if each))

    def _content(self, text: Text, place: int) -> Content:
        return text.content(self.languages[place], self.form.default_language)

    def _said(self, pieces: tuple[str | Output, ...], path: str) -> str:
        parts = [each if isinstance(each, str) else self._shown(each, path) for each in pieces]
        lines = (" ".join(line.split()) for line in "".join(parts).splitlines())
        found = "\n".join(lines).strip()
        return "" if found == "-" else found

    def _shown(self, output: Output, path: str) -> str:
        """What stands where a text shows a value: which answer, or a line."""
        found = condition_words.definition_at(self.form, output.source, path)
        number = self.numbers.get(found)
        return "______" if number is None else _("[answer to {number}]").format(number=number)

    # Lists ---------------------------------------------------------------------------------------

    @cached_property
    def _letters(self) -> Mapping[str, str]:
        """The letter of each long list."""
        found: dict[str, str] = {}
        for question in self.form.asked():
            key = _list_key(question)
            if key and key not in found and len(self._listed(question)) > LONG_LIST:
                found[key] = _letter(len(found))
        return found

    def _table(self, key: str, letter: str) -> CodeTable:
        users = [each for each in self.form.asked() if _list_key(each) == key]
        numbers = _(", ").join(dict.fromkeys(self.numbers[each.path] for each in users))
        title = _("Table {letter}: numbers for question {numbers}")
        marks = [(each, mark) for each, mark in self._marks.items() if each.list_id == key]
        holders = {mark: self._found_by(each) for each, mark in marks}
        groups = self._groups(key)
        choices = tuple(
            replace(
                choice,
                marks="".join(mark for mark, codes in holders.items() if code in codes),
                group=groups.get(code, ""),
            )
            for code, choice in self._printed(users[0])
        )
        return CodeTable(letter, title.format(letter=letter, numbers=numbers), choices)

    def _listed(self, question: Question) -> tuple[Listed, ...]:
        if question.path not in self._choices:
            self._choices[question.path] = listed(self.form, question)
        return self._choices[question.path]

    def _groups(self, list_id: str) -> Mapping[str, str]:
        """What each choice belongs to, by code: the column ``group_zh`` or ``group_en``."""
        column = "group_zh" if is_chinese(self.languages[0]) else "group_en"
        return {code: group for code, group in column_of(self.form, list_id, column) if group}

    def _printed(self, question: Question) -> Iterator[tuple[str, PaperChoice]]:
        """The choices that paper offers, by code."""
        numbers = paper_numbers(self.form, question)
        retired = retired_choices(self.form, question)
        for each in self._listed(question):
            if each.code not in retired:
                words = self._texts(each.label, "") or (each.code,)
                yield each.code, PaperChoice(numbers[each.code], words)

    def _label(self, path: str, code: str) -> str:
        question = self.form.questions.get(path)
        for choice in self._listed(question) if question is not None else ():
            if choice.code == code:
                return next(iter(self._texts(choice.label, path)), "")
        return ""

    def _looked_up(self, lookup: Lookup) -> str:
        """The choices of a long list by a mark in its table, those of a short one by name."""
        codes = self._found_by(lookup)
        letter = self._letters.get(lookup.list_id)
        if letter is not None and codes:
            mark = self._marks.setdefault(lookup, _letter(len(self._marks)).lower())
            return _("marked “{mark}” in table {letter}").format(mark=mark, letter=letter)
        users = (each for each in self.form.asked() if _list_key(each) == lookup.list_id)
        user = next(users, None)
        labels = [self._label(user.path, code) or code for code in codes] if user else []
        return _(" or ").join(_("“{text}”").format(text=label) for label in labels)

    def _found_by(self, lookup: Lookup) -> tuple[str, ...]:
        """Codes of the items whose column has the value."""
        found = column_of(self.form, lookup.list_id, lookup.column)
        return tuple(dict.fromkeys(code for code, value in found if value == lookup.value and code))


def _list_key(question: Question) -> str:
    """What tells the list of a question from other lists, empty when it has none."""
    if question.choices is None:
        return ""
    return list_of(question.choices) or question.path


def _letter(place: int) -> str:
    """A, B … Z, AA, AB …."""
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, _LETTERS)
        text = chr(ord("A") + rest) + text
    return text
