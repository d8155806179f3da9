"""The choices a question can ever offer, and texts without an interview around them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from desktop_app.questionnaire.external import element_name
from desktop_app.questionnaire.form import ChoiceList, Content, Form, Output, Question, Text
from desktop_app.questionnaire.xform_body import list_of


@dataclass(frozen=True, slots=True)
class Listed:
    """One choice.

    Attributes:
        code: What is stored.
        label: What it is called.
    """

    code: str
    label: Text


def listed(form: Form, question: Question) -> tuple[Listed, ...]:
    """Every choice of a question, whatever is filtered out; of a code that comes twice the first.

    Choices that are answers of the same interview are known to nobody before it, so they are not
    here.
    """
    if question.choices is None:
        return ()
    found: dict[str, Listed] = {}
    for choice in _all(form, question.choices):
        if choice.code:
            found.setdefault(choice.code, choice)
    return tuple(found.values())


def _all(form: Form, choices: ChoiceList) -> Iterator[Listed]:
    for fixed in choices.fixed:
        yield Listed(fixed.value, fixed.label)
    list_id = list_of(choices)
    for holder in form.document.iterfind("i"):
        if list_id and holder.get("id") == list_id:
            for item in holder.iterfind("*/*"):
                yield Listed(_part(item, choices.value), _label(form, choices, item))


def _label(form: Form, choices: ChoiceList, item: Any) -> Text:
    text = _part(item, choices.label)
    if choices.is_itext:
        return form.texts.get(text, Text())
    if text:
        return Text({"": Content((text,))})
    columns = {child.tag: child.text or "" for child in item if child.tag.startswith("label")}
    spoken = {element_name(f"label::{language}"): language for language in form.languages}
    return Text(
        {
            spoken.get(name, name): Content((written,))
            for name, written in columns.items()
            if written
        }
    )


def _part(item: Any, name: str) -> str:
    found = item if name in {".", ""} else item.find(name)
    return "" if found is None else "".join(found.itertext()).strip()


def plain(content: Content) -> str:
    """A text to read without an interview: a value is shown by its name, ``${age}``."""
    parts = [
        f"${{{each.source.strip().rpartition('/')[2]}}}" if isinstance(each, Output) else each
        for each in content.pieces
    ]
    found = " ".join("".join(parts).split())
    return "" if found == "-" else found
