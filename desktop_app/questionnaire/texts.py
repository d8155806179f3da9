"""What a person reads: labels, hints, messages and choices, in the language of the interview."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from desktop_app.questionnaire import values
from desktop_app.questionnaire.engine import Changes, Engine
from desktop_app.questionnaire.evaluation import (
    Expression,
    compile_expression,
    evaluate,
    evaluate_text,
)
from desktop_app.questionnaire.form import (
    Content,
    Form,
    Group,
    Item,
    Output,
    Question,
    Repeat,
    Text,
    names_of,
)
from desktop_app.questionnaire.surroundings import within
from desktop_app.questionnaire.xform_body import list_of
from desktop_app.questionnaire.xpath import XPathError

_CHINESE = ("zh", "中文", "chinese", "汉")


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that can be chosen."""

    value: str
    label: str
    media: Mapping[str, str]


class Speaker(Engine):
    """An engine that can say what it asks."""

    def __init__(
        self, form: Form, language: str, properties: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(form)
        self.properties = dict(properties or {})
        self.language = language or form.default_language
        self.version = form.version
        self._choices: dict[Any, tuple[Choice, ...]] = {}
        self._outputs: dict[tuple[str, str], Expression | None] = {}

    @property
    def is_chinese(self) -> bool:  # type: ignore[override]
        """Whether the texts are Chinese."""
        return any(word in self.language.lower() for word in _CHINESE)

    def question(self, address: str) -> Question:
        """What is asked at an address.

        Raises:
            KeyError: nothing is.
        """
        found = self.state(address).question
        if found is None:
            raise KeyError(address)
        return found

    def set_language(self, language: str) -> Changes:
        """Show another language; labels that were calculated follow."""
        self.language = language or self.form.default_language
        self._choices.clear()
        return self.recalculate_all()

    # Texts ---------------------------------------------------------------------------------------

    def label(self, address: str) -> str:
        """What is asked, in the present language, values filled in."""
        state = self.state(address)
        found = state.question or self._head(state.path)
        return self.render(found.label, state.node) if found is not None else ""

    def hint(self, address: str) -> str:
        """The hint of a question."""
        state = self.state(address)
        return self.render(state.question.hint, state.node) if state.question else ""

    def guidance(self, address: str) -> str:
        """The longer help of a question."""
        state = self.state(address)
        if state.question is None:
            return ""
        return self._join(self._content(state.question.hint).guidance, state.node)

    def media(self, address: str) -> Mapping[str, str]:
        """Pictures and sounds of a question, by what they are."""
        question = self.state(address).question
        return self._content(question.label).media if question is not None else {}

    def itext(self, text_id: str) -> str:
        """A text of the form in the present language."""
        return self.render(self.form.texts.get(text_id, Text()), self.primary)

    def property(self, name: str) -> str:
        """A property of the person or machine."""
        return self.properties.get(name, "")

    def _head(self, path: str) -> Group | Repeat | None:
        return self.form.repeats.get(path) or _group_at(self.form.items, path)

    def _content(self, text: Text) -> Content:
        return text.content(self.language, self.form.default_language)

    def render(self, text: Text, node: Any) -> str:
        """A text in the present language, values filled in as they are at a node."""
        return self._join(self._content(text).pieces, node)

    def _join(self, pieces: Iterable[str | Output], node: Any) -> str:
        parts = [each if isinstance(each, str) else self._output(each, node) for each in pieces]
        found = "".join(parts).strip()
        return "" if found == "-" else found

    def _output(self, output: Output, node: Any) -> str:
        path = self.states[node].path
        key = (output.source, path)
        if key not in self._outputs:
            try:
                found = compile_expression(output.source, names_of(path), self.form.shape)
            except XPathError:
                self._outputs[key] = None
            else:
                self._outputs[key] = found
        expression = self._outputs[key]
        if expression is None:
            return ""
        with within(self):
            return evaluate_text(expression, node)

    # Choices -------------------------------------------------------------------------------------

    def choices(self, address: str) -> tuple[Choice, ...]:
        """What can be chosen now.

        Raises:
            KeyError: there is no such question.
        """
        return self.choices_at(self.question(address), self.state(address).node)

    def choices_at(self, question: Question, node: Any) -> tuple[Choice, ...]:
        """What can be chosen at a node; found once, until something it depends on changes."""
        known = self._choices.get(node)
        if known is None:
            known = self._choices[node] = tuple(self._find_choices(question, node))
        return known

    def _find_choices(self, question: Question, node: Any) -> Iterator[Choice]:
        source = question.choices
        if source is None:
            return
        for fixed in source.fixed:
            yield Choice(fixed.value, self.render(fixed.label, node), {})
        if source.items is None:
            return
        with within(self):
            items = evaluate(source.items, node)
        for item in items if isinstance(items, list) else ():
            value = _part(item, source.value).strip()
            if not value:
                continue
            label = _part(item, source.label)
            content = Content((label,))
            if source.is_itext:
                content = self._content(self.form.texts.get(label, Text()))
            elif not label:
                content = self._translated_label(item)
            yield Choice(value, self._join(content.pieces, node) or value, content.media)

    def _translated_label(self, item: Any) -> Content:
        """External choices of an XLSForm have a column for each language: ``label::English``."""
        columns = {child.tag: child.text or "" for child in item if child.tag.startswith("label")}
        for language in (self.language, self.form.default_language):
            for name, text in columns.items():
                if language and text and name.endswith(_plain(language)):
                    return Content((text,))
        return Content((next((text for text in columns.values() if text), ""),))

    def choice_label(self, path: str, value: str) -> str:
        """What the choice of a question is called in the present language."""
        question = self.form.questions.get(path)
        nodes = self.instances.get(path)
        if question is None or not nodes:
            return ""
        for choice in self.choices_at(question, nodes[0]):
            if choice.value == value:
                return choice.label
        return self._unfiltered_label(question, value, nodes[0])

    def _unfiltered_label(self, question: Question, value: str, node: Any) -> str:
        """A label of the list without the filter, when another instance offers other choices."""
        if question.choices is None:
            return ""
        list_id = list_of(question.choices)
        holders = [holder for holder in self.root.iterfind("i") if holder.get("id") == list_id]
        for item in (each for holder in holders for each in holder.iterfind("*/*")):
            if _part(item, question.choices.value) == value:
                label = _part(item, question.choices.label)
                if question.choices.is_itext:
                    return self.render(self.form.texts.get(label, Text()), node)
                return label
        return ""


def _part(item: Any, name: str) -> str:
    if name in {".", ""}:
        return values.node_text(item)
    if "/" in name:
        found = item.find(name)
    else:
        found = next((child for child in item if child.tag == name), None)
    return values.node_text(found) if found is not None else ""


def _plain(language: str) -> str:
    return language.replace(" ", "_").replace("(", "_").replace(")", "_")


def _group_at(items: tuple[Item, ...], path: str) -> Group | None:
    for item in items:
        if isinstance(item, Question):
            continue
        if isinstance(item, Group) and item.path == path:
            return item
        found = _group_at(item.items, path)
        if found is not None:
            return found
    return None
