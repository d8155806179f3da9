"""The forms of visits and calls: plan one, say what came of it, note an informal contact."""

import uuid
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from db import reference
from db.vocabulary import Channel
from desktop_app import clock
from desktop_app.columns.timeline import satisfaction_text
from desktop_app.domain.contacts import VisitDraft, next_working_day
from desktop_app.domain.visits import SATISFACTION_WORDS, VisitReport
from desktop_app.i18n import _
from desktop_app.ui import theme
from desktop_app.ui.case_look import words
from desktop_app.ui.editors import CheckEditor, ChoiceEditor, Editor, EnumEditor, TextEditor
from desktop_app.ui.form import Form
from desktop_app.ui.forms.case_forms import find_customers
from desktop_app.ui.panels import text_label
from desktop_app.ui.parsed_editors import DateEditor, IntegerEditor, MoneyEditor, TimeEditor
from desktop_app.ui.pickers import RecordEditor
from desktop_app.ui.tasks import Tasks

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from desktop_app.services.visits import VisitView
    from desktop_app.services.win_back import WinBack

CHANNELS = (Channel.VISIT, Channel.CALL)
"""How a customer is met; messages are logged in a case."""
_DAY_MINUTES = 24 * 60


class CustomerVisitDraft(VisitDraft):
    """A visit with the customer it goes to, for one without a case."""

    customer: uuid.UUID


class ReportDraft(VisitReport):
    """What came of a visit, with photos as they were chosen or pasted."""

    photos: tuple[Any, ...] = ()


def _purposes() -> list[tuple[str, str]]:
    return [(words(step), words(step)) for step in reference.entries("visit_steps")]


class PurposeEditor(Editor):
    """What a visit is for, in words; the usual steps of a visit can be added from a list."""

    def __init__(self) -> None:
        holder = QWidget()
        super().__init__(holder)
        hint = _("What for, what to bring, whom to ask for")
        self.words = TextEditor(lines=3, placeholder=hint)
        self.steps = ChoiceEditor(_purposes(), optional=True, empty=_("Add a usual step…"))
        self.steps.set_name(_("Usual steps of a visit"))
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_XS)
        column.addWidget(self.words)
        column.addWidget(self.steps)
        self.setFocusProxy(self.words)
        self.words.changed.connect(self.changed)
        self.steps.changed.connect(self._add_step)

    @override
    def set_name(self, name: str) -> None:
        self.words.set_name(name)

    @override
    def set_problem(self, message: str) -> None:
        self.words.set_problem(message)

    @override
    def value(self) -> str | None:
        return self.words.value()

    @override
    def set_value(self, value: Any) -> None:
        self.words.set_value(value)

    def _add_step(self) -> None:
        if self.steps.value():
            self.words.set_value("\n".join(filter(None, (self.value(), self.steps.value()))))
            self.steps.set_value(None)


def visit_form(tasks: Tasks | None = None, steps: "WinBack | None" = None) -> Form:
    """When, how and what for; with ``tasks`` also to whom, with ``steps`` whether to win back."""
    form = Form()
    if tasks is not None:
        form.add("customer", _("C&ustomer"), RecordEditor(tasks, find_customers), required=True)
    form.add("channel", _("&How"), EnumEditor(Channel, members=CHANNELS))
    form.add("planned_on", _("Planned &for"), DateEditor(), required=True)
    form.add("starts_at", _("A&t"), TimeEditor(), help=_("Empty: at any time of the day."))
    minutes = IntegerEditor(minimum=1, maximum=_DAY_MINUTES, suffix=_("min"))
    form.add("minutes", _("&Length"), minutes)
    form.add("purpose", _("&Purpose"), PurposeEditor())
    if steps is not None:
        _add_win_back(form, steps)
    form.fill({"planned_on": next_working_day(clock.today()), "channel": Channel.VISIT})
    return form


def _add_win_back(form: Form, steps: "WinBack") -> None:
    """Whether it is a win-back visit; name and address are verified before one is planned."""
    first = steps.steps[0]
    asked = form.add(
        "is_win_back",
        _("Win &back"),
        CheckEditor(_("A win-back visit: its six steps stand in the case")),
    )
    checks = [
        (name, title, text.format(words=shown or _("none on record")))
        for name, title, text, shown in (
            ("name_verified", _("&Name"), _("Verified: {words}"), steps.name),
            ("address_verified", _("Add&ress"), _("Verified: {words}"), steps.address),
        )
        if not first.facts.get(name)
    ]
    for name, title, text in checks:
        form.add(name, title, CheckEditor(text))

    def show() -> None:
        for name, _title, _text in checks:
            form.show_field(name, bool(asked.value()))

    asked.changed.connect(show)
    asked.set_value(steps.has_begun)
    show()


def report_form(view: "VisitView") -> Form:
    """The day the visit was made, who did, whom one met, what came of it, its questions."""
    from desktop_app.ui.forms.visit_answers import AnswersEditor  # noqa: PLC0415  (slow to
    from desktop_app.ui.photos_editor import PhotosEditor  # noqa: PLC0415  import)

    row, form = view.row, Form()
    form.add("done_on", _("&Made on"), DateEditor(), required=True)
    if len(view.goers) > 1:
        form.add("by", _("W&ho made it"), ChoiceEditor(view.goers), required=True)
    form.add("met", _("Whom you m&et"), TextEditor(max_length=200))
    form.add("note", _("What came of &it"), TextEditor(lines=3))
    if view.fields:
        form.add("answers", _("&Questions"), AnswersEditor(view.fields))
    form.add("gift", _("&Gift"), TextEditor(placeholder=_("Flowers, a sample…"), max_length=200))
    if row.case_id is not None:
        help_ = _("A cost of case {number}.").format(number=row.case_number)
        form.add("gift_amount", _("Gift's c&ost"), MoneyEditor(view.currency), help=help_)
    if view.not_asked:
        form.add_widget(text_label(view.not_asked, "hint"))
    else:
        levels = range(len(SATISFACTION_WORDS), 0, -1)
        choices = [(level, satisfaction_text(level)) for level in levels]
        asked = ChoiceEditor(choices, optional=True, empty=_("not asked"))
        form.add("satisfaction", _("&Satisfaction"), asked)
    form.add("next_step", _("Ne&xt step"), TextEditor())
    form.add("photos", _("&Photos"), PhotosEditor([file.name for file in view.files]))
    form.fill(
        {
            "done_on": row.done_on or min(row.planned_on, clock.today()),
            "by": view.goer,
            "met": row.met or None,
            "note": row.note or None,
            "answers": dict(row.answers),
            "gift": row.gift or None,
            "satisfaction": row.satisfaction,
            "next_step": row.next_step or None,
        }
    )
    return form


def informal_form() -> Form:
    """When and how somebody met the customer by the way."""
    form = Form()
    form.add("on", _("&Day"), DateEditor(), required=True)
    form.add("channel", _("&How"), EnumEditor(Channel, members=CHANNELS))
    form.add("met", _("Whom you m&et"), TextEditor(max_length=200))
    form.add("note", _("What was &said"), TextEditor(lines=3))
    form.fill({"on": clock.today(), "channel": Channel.VISIT})
    return form
