"""A form made from a pydantic model: parameters of rules and reports need no form of their own.

``Field(title=N_("From"))`` is the label, ``Field(description=N_("…"))`` the help below the field.
"""

import types
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from desktop_app import labels
from desktop_app.i18n import _
from desktop_app.ui.editors import CheckEditor, ChoiceEditor, Editor, ManyEditor, TextEditor
from desktop_app.ui.form import Form
from desktop_app.ui.parsed_editors import (
    DateEditor,
    DateTimeEditor,
    DecimalEditor,
    IntegerEditor,
    NumbersEditor,
    TimeEditor,
)

Choices = Sequence[tuple[Any, str]]

_LONG_TEXT = 200


def build(
    model: type[BaseModel],
    choices: Mapping[str, Choices] | None = None,
    skip: Collection[str] = (),
    editors: Mapping[str, Editor] | None = None,
) -> Form:
    """Make a form with one editor a field, filled with the defaults.

    Args:
        model: The model to enter.
        choices: For fields whose values come from the database (stores, staff): value and text.
        skip: Fields that are not typed, such as keys of records.
        editors: For fields that need another editor than their kind has, such as money.

    Raises:
        TypeError: a field has a kind that no editor is known for.
    """
    form = Form()
    for name, info in model.model_fields.items():
        if name in skip:
            continue
        given = (choices or {}).get(name)
        title = _(info.title) if info.title else name.replace("_", " ").capitalize()
        editor = form.add(
            name,
            title,
            (editors or {}).get(name) or editor_for(name, info, given),
            help=_(info.description) if info.description else "",
            required=info.is_required(),
        )
        default = info.get_default(call_default_factory=True, validated_data={})
        if default is not PydanticUndefined:
            editor.set_value(default)
    form.mark_saved()
    return form


def editor_for(name: str, info: FieldInfo, choices: Choices | None = None) -> Editor:
    """The editor of one field.

    Raises:
        TypeError: no editor is known for its kind.
    """
    kind, is_optional = _without_none(info.annotation)
    if choices is not None:
        is_many = get_origin(kind) in (tuple, list, set, frozenset)
        if is_many:
            return ManyEditor(choices)
        return ChoiceEditor(choices, optional=is_optional, empty=_("all") if is_optional else "")
    if get_origin(kind) is Literal:
        return ChoiceEditor([(value, str(value)) for value in get_args(kind)], optional=is_optional)
    if get_origin(kind) in (tuple, list, set, frozenset):
        member = get_args(kind)[0]
        if isinstance(member, type) and issubclass(member, StrEnum):
            return ManyEditor([(one, labels.label(one)) for one in member])
        if get_origin(member) is Annotated:
            member = get_args(member)[0]
        if member is int:
            return NumbersEditor()
    if isinstance(kind, type):
        made = _editor_of_type(kind, info, is_optional=is_optional)
        if made is not None:
            return made
    raise TypeError(f"no editor for {name}: {info.annotation}")


def _editor_of_type(kind: type, info: FieldInfo, *, is_optional: bool) -> Editor | None:
    if issubclass(kind, StrEnum):
        words = [(one, labels.label(one) if kind in labels.LABELS else one.value) for one in kind]
        return ChoiceEditor(words, optional=is_optional, empty=_("all") if is_optional else "")
    if issubclass(kind, str):
        longest = max((getattr(m, "max_length", 0) or 0 for m in info.metadata), default=0)
        return TextEditor(lines=4 if longest > _LONG_TEXT else 1)
    return next((make() for base, make in _SIMPLE if issubclass(kind, base)), None)


_SIMPLE: tuple[tuple[type, Callable[[], Editor]], ...] = (
    (bool, CheckEditor),  # before int, as datetime before date: the more special first
    (int, IntegerEditor),
    (float, DecimalEditor),
    (Decimal, DecimalEditor),
    (datetime, DateTimeEditor),
    (date, DateEditor),
    (time, TimeEditor),
    (UUID, lambda: ChoiceEditor([], optional=True)),
)


def _without_none(annotation: Any) -> tuple[Any, bool]:
    if get_origin(annotation) in (Union, types.UnionType):
        rest = [part for part in get_args(annotation) if part is not type(None)]
        if len(rest) == 1:
            return rest[0], True
    return annotation, False
