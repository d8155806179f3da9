"""The form that begins an experiment with scripts or offers."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Self

from pydantic import Field, model_validator
from PySide6.QtWidgets import QLabel
from typing_extensions import override

from db.vocabulary import ExperimentKind
from desktop_app import clock
from desktop_app.domain.drafts import Draft
from desktop_app.i18n import _
from desktop_app.services.experiments import ArmDraft, ExperimentDraft
from desktop_app.ui import theme
from desktop_app.ui.editors import ChoiceEditor, EnumEditor, TextEditor
from desktop_app.ui.form import Form
from desktop_app.ui.parsed_editors import IntegerEditor

Targets = Mapping[ExperimentKind, Sequence[tuple[str, str]]]
"""Code and title of every script and offer in use."""

_FIELDS = ("first", "second", "third")
_CODES = ("a", "b", "c")


class _ArmEditor(ChoiceEditor):
    """A script or offer, and its part of the customers: one of two, two of three."""

    def __init__(self, *, optional: bool) -> None:
        super().__init__([], optional=optional, empty=_("none") if optional else "")
        self.weight = IntegerEditor(1, 100)
        self.weight.line.setFixedWidth(theme.pixels(56))
        words = QLabel(_("parts"))
        theme.set_role(words, "hint")
        self._row.addWidget(self.weight)
        self._row.addWidget(words)
        self.weight.set_value(1)
        self.weight.changed.connect(self.changed)

    @override
    def set_name(self, name: str) -> None:
        super().set_name(name)
        if hasattr(self, "weight"):
            self.weight.set_name(_("{name}: parts").format(name=name))

    @override
    def value(self) -> Any:
        target = super().value()
        return None if target is None else (target, self.weight.value())

    @override
    def set_value(self, value: Any) -> None:
        if isinstance(value, tuple | list):
            target, weight = value
            self.weight.set_value(weight)
            super().set_value(target)
        else:
            super().set_value(value)


class BeginDraft(Draft):
    """What the form says; the first is what the others are compared with."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    kind: ExperimentKind
    first: tuple[str, Annotated[int, Field(ge=1, le=100)]]
    second: tuple[str, Annotated[int, Field(ge=1, le=100)]] | None = None
    third: tuple[str, Annotated[int, Field(ge=1, le=100)]] | None = None
    holdout: Annotated[int, Field(ge=0, le=50)] = 0
    planned: Annotated[int | None, Field(ge=60, le=1_000_000)] = None

    @model_validator(mode="after")
    def _compares(self) -> Self:
        arms = [arm for arm in (self.first, self.second, self.third) if arm is not None]
        if len({target for target, _weight in arms}) < len(arms):
            raise ValueError(_("Choose different ones: what is compared with itself differs not."))
        return self

    def as_experiment(self) -> ExperimentDraft:
        """The draft of the service, with codes of its own."""
        given = [getattr(self, name) for name in _FIELDS]
        arms = [arm for arm in given if arm is not None]
        moment = clock.local(clock.now())
        return ExperimentDraft(
            code=f"{self.kind.value}_{moment:%Y%m%d_%H%M%S}",
            title=self.title,
            kind=self.kind,
            arms=tuple(
                ArmDraft(code=code, weight=weight, target=target)
                for code, (target, weight) in zip(_CODES, arms, strict=False)
            ),
            holdout=self.holdout / 100,
            planned=self.planned,
        )


def begin_form(targets: Targets) -> Form:
    """Title, kind, what is compared, hold-out, planned size."""
    form = Form()
    form.add("title", _("&Title"), TextEditor(max_length=200), required=True)
    kind = form.add("kind", _("&What is compared"), EnumEditor(ExperimentKind), required=True)
    arms = [
        form.add(name, title, _ArmEditor(optional=place > 0), required=place == 0, help=words)
        for place, (name, title, words) in enumerate(
            (
                ("first", _("&A, in use so far"), ""),
                ("second", _("&B, compared with it"), ""),
                ("third", _("&C, compared with it"),
                 _("Parts: 1 and 1 is half and half, 3 and 1 gives three quarters to the first.")),
            )
        )
    ]  # fmt: skip
    form.add(
        "holdout", _("&Left alone, %"), IntegerEditor(0, 50),
        help=_("This share of the customers gets none of it: what happens without you."),
    )  # fmt: skip
    form.add(
        "planned", _("&Planned customers"), IntegerEditor(60),
        help=_(
            "A difference of ten points around one half shows with about 500 in each group, one "
            "of twenty points with about 130."
        ),
    )  # fmt: skip

    def show_targets() -> None:
        for arm in arms:
            arm.set_choices(targets.get(kind.value(), ()))

    kind.changed.connect(show_targets)
    show_targets()
    form.fill({"holdout": 0})
    return form
