"""The forms of the six steps to win a customer back."""

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from db.vocabulary import Channel, WinBackStepKind
from desktop_app import clock, labels
from desktop_app.domain.contacts import next_working_day
from desktop_app.domain.win_back import (
    AXIS_WORDS,
    RESULT_WORDS,
    STANDING_WORDS,
    Axis,
)
from desktop_app.i18n import _
from desktop_app.ui import theme
from desktop_app.ui.editors import CheckEditor, ChoiceEditor, Editor, EnumEditor, TextEditor
from desktop_app.ui.form import Form
from desktop_app.ui.panels import button, text_label
from desktop_app.ui.parsed_editors import DateEditor

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.queries.promises import PromiseRow
    from desktop_app.services.win_back import WinBack


class ItemsEditor(Editor):
    """What is agreed, a line each: words and a day. Lines without words are left out."""

    def __init__(self) -> None:
        holder = QWidget()
        super().__init__(holder)
        self.lines: list[tuple[TextEditor, DateEditor]] = []
        self._column = QVBoxLayout()
        self._column.setSpacing(theme.GAP_XS)
        self.more = button(_("One more"), self.add_line, "add", "quiet")
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_XS)
        column.addLayout(self._column)
        row = QHBoxLayout()
        row.addWidget(self.more)
        row.addStretch(1)
        column.addLayout(row)
        self._name = ""
        self.add_line()
        self.setFocusProxy(self.lines[0][0])

    def add_line(self) -> None:
        """One more line, due on the next working day."""
        text = TextEditor(placeholder=_("What we do for the customer"), max_length=2000)
        day = DateEditor()
        day.set_value(next_working_day(clock.today()))
        row = QHBoxLayout()
        row.setSpacing(theme.GAP_S)
        row.addWidget(text_label(_("due"), "hint", wraps=False))
        row.addWidget(day)
        row.addStretch(1)
        self._column.addWidget(text)
        self._column.addLayout(row)
        self.lines.append((text, day))
        self._say()
        for editor in (text, day):
            editor.changed.connect(self.changed)
        if self.isVisible():
            text.setFocus()

    def _say(self) -> None:
        for number, (text, day) in enumerate(self.lines, start=1):
            text.set_name(f"{self._name} {number}".strip())
            day.set_name(_("Due day {n}").format(n=number))

    @override
    def set_name(self, name: str) -> None:
        self._name = name
        self._say()

    @override
    def set_problem(self, message: str) -> None:
        for text, _day in self.lines:
            text.set_problem(message)

    @override
    def value(self) -> tuple[dict[str, Any], ...]:
        return tuple(
            {"words": text.value(), "due_on": day.value()}
            for text, day in self.lines
            if text.value()
        )

    @override
    def set_value(self, value: Any) -> None:
        wanted = list(value or ())
        while len(self.lines) < len(wanted):
            self.add_line()
        for number, (text, day) in enumerate(self.lines):
            one = wanted[number] if number < len(wanted) else {}
            text.set_value(one.get("words"))
            day.set_value(_as_day(one.get("due_on")) or next_working_day(clock.today()))


def _as_day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def step_form(kind: WinBackStepKind, steps: "WinBack") -> Form:
    """The form of a step, filled with what was saved, or with what the case knows."""
    form = Form(labels_above=True)
    _FORMS[kind](form, steps)
    step = steps.step(kind)
    form.fill({**step.suggested, **step.facts})
    if kind is WinBackStepKind.PLAN:
        _gate_plan(form)
    return form


def _identify(form: Form, steps: "WinBack") -> None:
    verified = _("Verified: {words}")
    none = _("none on record")
    form.add("name_verified", _("&Name"), CheckEditor(verified.format(words=steps.name or none)))
    address = CheckEditor(verified.format(words=steps.address or none))
    form.add("address_verified", _("&Address"), address)


def _contact(form: Form, _steps: "WinBack") -> None:
    form.add("channel", _("&How"), EnumEditor(Channel, optional=True, empty="—"))
    form.add("apologised", _("Apology"), CheckEditor(_("We apologised sincerely")))
    form.add("listened", _("Listening"), CheckEditor(_("We listened humbly, to the end")))
    hint = _("Flowers or something small; or why none")
    form.add("gift", _("&Gift"), TextEditor(placeholder=hint, max_length=200))


def _plan(form: Form, steps: "WinBack") -> None:
    form.add("displeasure_resolved", _("Displeasure"), CheckEditor(_("The displeasure is gone")))
    form.add("opinions", _("&What the customer thinks and demands"), TextEditor(lines=3))
    if steps.items:
        form.add_widget(text_label(_("Agreed so far"), "hint"))
        form.add_widget(text_label("\n".join(item_text(item) for item in steps.items)))
    form.add("items", _("&To be agreed"), ItemsEditor(), help=_("Each becomes a promise."))
    form.add("agreed", _("Consent"), CheckEditor(_("The customer agrees to the plan")))


def _gate_plan(form: Form) -> None:
    """Opinions and plan are closed while the displeasure stands."""
    gate = form.editors["displeasure_resolved"]

    def show() -> None:
        for name in ("opinions", "items", "agreed"):
            form.editors[name].setEnabled(bool(gate.value()))

    gate.changed.connect(show)
    show()


def item_text(item: "PromiseRow") -> str:
    """A promise of the plan in one line: whether it is kept, words, day."""
    mark = "○" if item.answered_on is None else "✓"
    return f"{mark} {item.words} · {labels.day_text(item.due_on)}"


def _satisfy(form: Form, steps: "WinBack") -> None:
    form.add_widget(text_label("\n".join(item_text(item) for item in steps.items)))
    form.add("demands_met", _("Demands"), CheckEditor(_("The demands are met")))
    choices = [(result.value, _(text)) for result, text in RESULT_WORDS.items()]
    hint = "" if steps.has_returned else _("“Buys again” needs an order or a renewal since.")
    form.add("result", _("&Result"), ChoiceEditor(choices, optional=True), help=hint)
    form.add("note", _("&Note"), TextEditor(lines=2))


def _prevent(form: Form, steps: "WinBack") -> None:
    if (task := steps.improvement) is not None:
        said = _("Task of {name}, due {day}: {state}").format(
            name=task.owner, day=labels.day_text(task.due_on), state=labels.label(task.state)
        )
        form.add_widget(text_label(said, "hint"))
    form.add("improvement", _("&What is improved"), TextEditor(lines=3))
    form.add(
        "owner_id", _("W&ho does it"), ChoiceEditor(steps.people, optional=True),
        help=_("It becomes a task of this person."),
    )  # fmt: skip
    form.add("due_on", _("Due &on"), DateEditor())
    form.fill({"due_on": next_working_day(clock.today())})
    form.add(
        "no_defect", _("Or: why there is no &defect"), TextEditor(lines=2),
        help=_("The case cannot be closed without one of both."),
    )  # fmt: skip


def _outdo(form: Form, _steps: "WinBack") -> None:
    form.add("competitor", _("&Competitor"), TextEditor(max_length=120))
    choices = [(standing.value, _(text)) for standing, text in STANDING_WORDS.items()]
    for axis in Axis:
        form.section(_(AXIS_WORDS[axis]))
        form.add(f"{axis}_theirs", _("What they offer"), TextEditor())
        form.add(f"{axis}_ours", _("What we do"), TextEditor())
        form.add(axis.value, _("Compared"), ChoiceEditor(choices, optional=True))


_FORMS: Mapping[WinBackStepKind, Callable[[Form, "WinBack"], None]] = MappingProxyType(
    {
        WinBackStepKind.IDENTIFY: _identify,
        WinBackStepKind.CONTACT: _contact,
        WinBackStepKind.PLAN: _plan,
        WinBackStepKind.SATISFY: _satisfy,
        WinBackStepKind.PREVENT: _prevent,
        WinBackStepKind.OUTDO: _outdo,
    }
)
