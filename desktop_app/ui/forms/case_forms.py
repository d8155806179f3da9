"""The forms of a case: open, facts, offer, assign, move, close, re-open."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from db.queries.case_file import CaseFile
from db.vocabulary import (
    Approach,
    CaseStage,
    NextStep,
    Outcome,
    QuestionnairePurpose,
    ReasonLayer,
    RuleKind,
)
from desktop_app import labels
from desktop_app.domain.cases import REOPEN_STAGES, CaseDraft, OpenDraft, moves
from desktop_app.domain.drafts import Draft, Text
from desktop_app.i18n import _
from desktop_app.services import customers
from desktop_app.ui import theme
from desktop_app.ui.case_look import churn_choices, coded_choices, list_text
from desktop_app.ui.editors import ChoiceEditor, EnumEditor, TextEditor
from desktop_app.ui.form import Form
from desktop_app.ui.panels import text_label
from desktop_app.ui.parsed_editors import DateEditor, MoneyEditor
from desktop_app.ui.pickers import Choice, RecordEditor
from desktop_app.ui.reason_box import ReasonBox
from desktop_app.ui.tasks import Tasks
from desktop_app.ui.theme import Tone

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Session

OPEN_KINDS = (
    RuleKind.CANCEL_REQUEST,
    RuleKind.LAPSING,
    RuleKind.PARTIAL_SHARE,
    RuleKind.PRODUCT_LINE_STOP,
    RuleKind.VALUE_DOWNGRADE,
)


class NewCaseDraft(OpenDraft):
    """A case opened by hand with the customer it is about."""

    customer: uuid.UUID


class MoveDraft(Draft):
    """Where a case goes."""

    stage: CaseStage
    note: Text = ""


def find_customers(session: "Session", text: str) -> Sequence[tuple[uuid.UUID, str]]:
    """Customers for a search line, with number, class and the tail of the phone."""
    return [
        (
            hit.id,
            list_text((hit.name or _("(no name)"), hit.number, hit.phone or labels.UNKNOWN)),
        )
        for hit in customers.search(session, text, 8)
    ]


def new_case_form(tasks: Tasks) -> Form:
    """Customer, kind of departure, since when, what happened."""
    form = Form()
    form.add("customer", _("C&ustomer"), RecordEditor(tasks, find_customers), required=True)
    form.add("kind", _("&Departure"), EnumEditor(RuleKind, members=OPEN_KINDS), required=True)
    form.add("left_on", _("&Left on"), DateEditor())
    form.add("what_happened", _("What &happened"), TextEditor(lines=4))
    return form


def facts_form(file: CaseFile) -> Form:
    """All facts of a case that people fill in."""
    form = Form()
    form.section(_("About the departure"))
    form.add("left_on", _("&Left on"), DateEditor())
    form.add("churn_type", _("Churn &type"), ChoiceEditor(churn_choices(), optional=True))
    form.add("extent", _("&Extent"), ChoiceEditor(coded_choices("extent"), optional=True))
    form.add(
        "state_of_mind", _("State of &mind"), ChoiceEditor(coded_choices("mind"), optional=True)
    )
    form.add("competitor", _("Com&petitor"), TextEditor(max_length=120))
    form.add("value_at_stake", _("&Value at stake"), MoneyEditor(file.row.currency))
    form.add("what_happened", _("What &happened"), TextEditor(lines=4))
    form.section(_("Plan and next step"))
    add_plan(form)
    form.fill(file.draft_values)
    return form


def add_plan(form: Form) -> None:
    """The fields of the plan: approach, offer, next step with its day."""
    form.add("approach", _("&Approach"), EnumEditor(Approach, optional=True, empty="—"))
    form.add("offer_text", _("O&ffer in words"), TextEditor(lines=3))
    form.add("next_step", _("&Next step"), EnumEditor(NextStep, optional=True, empty="—"))
    form.add("next_due", _("Due &on"), DateEditor())


def merged_draft(file: CaseFile, form: Form) -> CaseDraft:
    """The case as it is, with what stands in a form that shows only some fields."""
    return CaseDraft.model_validate({**file.draft_values, **form.values()})


def move_form(stage: CaseStage) -> Form:
    """The stages a case may be moved to, with a note."""
    form = Form()
    allowed = list(moves(stage))
    form.add("stage", _("&Stage"), EnumEditor(CaseStage, members=allowed), required=True)
    form.add("note", _("&Note"), TextEditor(lines=3))
    return form


def close_form(
    file: CaseFile,
    choices: Sequence[Choice],
    churn_types: Mapping[str, str],
    watched_until: dt.date | None = None,
    suggested: Outcome | None = None,
) -> Form:
    """Outcome, root reason, churn type, note; a reason brings its churn type along.

    The outcome is `suggested` by what happened, or else to be chosen. Of a save the form
    says until when it would be watched.
    """
    form = Form()
    outcome = form.add(
        "outcome", _("&Outcome"), EnumEditor(Outcome, optional=True, empty="—"), required=True
    )
    not_asked = text_label(
        _(
            "Nobody asked this customer why. Lost customers are asked, too: learning why matters "
            "more than saving. Hold the exit interview first, or close the case all the same."
        )
    )
    not_asked.setObjectName("not-asked")
    form.add_widget(theme.set_tone(not_asked, Tone.WARN))
    watched = text_label(
        _("Watched until {day}: an order by then confirms the save.").format(
            day=labels.day_text(watched_until)
        ),
        "hint",
    )
    watched.setObjectName("watched-until")
    form.add_widget(watched)
    reason = form.add(
        "root_reason",
        _("&Root reason"),
        ReasonBox(choices),
        help=_("What the why-chain ended at. “Not known” is a reason too."),
    )
    churn = form.add("churn_type", _("Churn &type"), ChoiceEditor(churn_choices(), optional=True))
    form.add("note", _("&Note"), TextEditor(lines=4))
    root = file.reasons.get(ReasonLayer.ROOT)
    code = root.code if root is not None else None
    form.fill(
        {
            "outcome": suggested,
            "root_reason": code,
            "churn_type": file.churn_type or churn_types.get(code or ""),
            "note": file.close_note or None,
        }
    )

    def warn() -> None:
        not_asked.setVisible(outcome.value() is Outcome.LOST and not was_asked(file))
        is_save = outcome.value() in (Outcome.SAVED, Outcome.WON_BACK)
        watched.setVisible(is_save and watched_until is not None)

    outcome.changed.connect(warn)
    warn()

    def bring_churn_type() -> None:
        known = churn_types.get(str(reason.value()))
        if known is not None and (churn.value() in (None, "undetermined")):
            churn.set_value(known)

    reason.changed.connect(bring_churn_type)
    return form


def was_asked(file: CaseFile) -> bool:
    """Whether an exit interview of the case was at least begun."""
    return any(row.purpose is QuestionnairePurpose.EXIT for row in file.interviews)


def reopen_form() -> Form:
    """Where the case goes on, and why."""
    form = Form()
    form.add("stage", _("&Stage"), EnumEditor(CaseStage, members=REOPEN_STAGES), required=True)
    form.add("note", _("&Why"), TextEditor(lines=3), required=True)
    return form


def new_case_values(customer: tuple[uuid.UUID, str] | None) -> dict[str, Any]:
    """What the form of a new case starts with."""
    return {"customer": customer, "left_on": None}


def as_day(value: object) -> dt.date | None:
    """A date that was read, or nothing."""
    return value if isinstance(value, dt.date) else None
