"""What people do with cases, each as one flow: ask in a form, store in the background, say so.

The pages of cases share these flows; none of them knows where it was started from.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from db.queries.case_file import CaseFile
from db.vocabulary import CaseStage
from desktop_app.domain.cases import CaseDraft, CloseDraft, OpenDraft, ReopenDraft, moves
from desktop_app.domain.contacts import AttemptDraft, VisitDraft
from desktop_app.errors import InvalidInputError
from desktop_app.i18n import _, language, ngettext
from desktop_app.services import cases, contacts, customers, reasons
from desktop_app.services.assignment import AssignResult
from desktop_app.services.staff import UserRow
from desktop_app.ui import dialogs
from desktop_app.ui.dialogs import FormDialog
from desktop_app.ui.forms import case_forms, reason_form, visit_forms, words_form
from desktop_app.ui.forms.case_forms import AssignDraft, MoveDraft, NewCaseDraft
from desktop_app.ui.forms.reason_form import ReasonsDraft
from desktop_app.ui.forms.visit_forms import CustomerVisitDraft, DoneDraft
from desktop_app.ui.forms.words_form import NoteDraft, OverruleDraft
from desktop_app.ui.interview_begin import InterviewBegin
from desktop_app.ui.pickers import Choice
from desktop_app.ui.reason_box import reason_choices
from desktop_app.ui.tasks import Task
from desktop_app.ui.typed_drafts import DraftKey

if TYPE_CHECKING:  # a page is made of flows, not the other way round
    from db.session import Session
    from desktop_app.ui.page import Page

_WIDE = 720
_HELD_BACK_SHOWN = 8


@dataclass(frozen=True, slots=True)
class ReasonList:
    """The reasons on offer, and the churn type each brings along."""

    choices: tuple[Choice, ...]
    churn_types: Mapping[str, str]


def read_reasons(session: "Session", language_code: str) -> ReasonList:
    """Everything the reason fields need, in one reading."""
    groups = reasons.list_reasons(session, language_code)
    return ReasonList(
        tuple(reason_choices(session, language_code)),
        {row.code: row.churn_type for group in groups for row in group.reasons},
    )


def open_new_case(session: "Session", draft: NewCaseDraft) -> uuid.UUID:
    """Open a case for the customer of the form."""
    values = draft.model_dump(exclude={"customer"})
    return cases.open_case(session, draft.customer, OpenDraft.model_validate(values))


class CaseFlows(QObject):
    """The flows of one page; the page's tasks run them, dialogs open over it."""

    opened_case = Signal(object)
    """Key of a case that was opened by hand."""
    started_interview = Signal(object)
    """Key of an interview to hold now, or an `InterviewTarget` to key in."""

    def __init__(self, page: "Page") -> None:
        super().__init__(page)
        self._page, self._tasks, self._messages = page, page.tasks, page.messages
        self.holding = InterviewBegin(page)
        self.holding.started.connect(self.started_interview)

    # ------------------------------------------------------------------ opening, assigning

    def new_case(self, customer: tuple[uuid.UUID, str] | None = None) -> None:
        """Ask for customer and kind, open the case, go there."""
        form = case_forms.new_case_form(self._tasks)
        form.fill(case_forms.new_case_values(customer))
        key = "new-case" if customer is None else f"new-case:{customer[0]}"
        dialog = FormDialog(
            self._page,
            title=_("New case"),
            verb=_("Open case"),
            form=form,
            draft=NewCaseDraft,
            save=lambda draft: self._tasks.write(dialog, open_new_case, draft),
            draft_key=DraftKey(self._tasks, key),
        )
        dialog.saved.connect(self.opened_case)
        dialog.open()

    def assign(self, case_ids: Sequence[uuid.UUID], current: uuid.UUID | None = None) -> None:
        """Ask who is to work on cases; those held back by the screening are named."""
        self._tasks.read(self._page, case_forms.workers).then(
            lambda users: self._ask_assign(case_ids, users, current)
        )

    def _ask_assign(
        self,
        case_ids: Sequence[uuid.UUID],
        users: Sequence[UserRow],
        current: uuid.UUID | None,
    ) -> None:
        count = len(case_ids)
        dialog = FormDialog(
            self._page,
            title=ngettext("Assign {n} case", "Assign {n} cases", count).format(n=count),
            verb=_("Assign"),
            form=case_forms.assign_form(users, current),
            draft=AssignDraft,
            save=lambda draft: self._tasks.write(dialog, cases.assign, list(case_ids), draft.user),
            intro=_("Customers who are not to be pursued are held back and named."),
        )
        dialog.saved.connect(self._say_assigned)
        dialog.open()

    def take(self, case_id: uuid.UUID) -> None:
        """Assign one case to oneself."""
        self._tasks.write(self._page, cases.take, case_id).then(self._say_assigned)

    def _say_assigned(self, result: AssignResult) -> None:
        if not result.screened:
            return
        count = len(result.screened)
        lines = [f"{each.number}: {each.note}" for each in result.screened[:_HELD_BACK_SHOWN]]
        if count > _HELD_BACK_SHOWN:
            lines.append("…")
        head = ngettext(
            "{n} case was held back by the screening:",
            "{n} cases were held back by the screening:",
            count,
        )
        done = ""
        if result.assigned:
            text = ngettext("{n} case was assigned.", "{n} cases were assigned.", result.assigned)
            done = f"{text.format(n=result.assigned)} "
        self._messages.warn(done + head.format(n=count) + "\n" + "\n".join(lines))

    def override(self, file: CaseFile) -> None:
        """Ask why the screening is overruled."""
        dialog = FormDialog(
            self._page,
            title=_("Overrule the screening"),
            verb=_("Overrule"),
            form=words_form.words_form("reason", _("&Reason"), lines=3),
            draft=OverruleDraft,
            intro=file.screening_note or _("Say why the customer may be contacted all the same."),
            save=lambda draft: self._tasks.write(
                dialog, cases.override_screening, file.row.id, draft.reason
            ),
            draft_key=self._key("overrule", file),
        )
        dialog.open()

    # ------------------------------------------------------------------ working

    def move(self, file: CaseFile) -> None:
        """Ask for the stage and a note."""
        stage = file.row.stage
        if not moves(stage):
            return
        dialog = FormDialog(
            self._page,
            title=_("Move case {number}").format(number=file.row.number),
            verb=_("Move"),
            form=case_forms.move_form(stage),
            draft=MoveDraft,
            save=lambda draft: self._tasks.write(
                dialog, cases.move, file.row.id, draft.stage, draft.note
            ),
            draft_key=self._key("move-case", file),
        )
        dialog.open()

    def move_to(self, file: CaseFile, stage: CaseStage) -> None:
        """Move at once; it can be undone."""
        self._tasks.write(self._page, cases.move, file.row.id, stage)

    def edit(self, file: CaseFile) -> None:
        """All facts in one form."""
        form = case_forms.facts_form(file)
        self._change(file, _("Facts of case {number}"), form, "case-facts")

    def offer(self, file: CaseFile) -> None:
        """Approach, offer in words, next step."""
        form = case_forms.offer_form(file)
        self._change(file, _("Plan for case {number}"), form, "case-offer")

    def _key(self, name: str, file: CaseFile) -> DraftKey:
        return DraftKey(self._tasks, f"{name}:{file.row.id}", file.version)

    def _change(self, file: CaseFile, title: str, form: Any, key: str) -> None:
        dialog = FormDialog(
            self._page,
            title=title.format(number=file.row.number),
            verb=_("Save"),
            form=form,
            draft=CaseDraft,
            save=lambda _draft: self._tasks.write(
                dialog,
                cases.change,
                file.row.id,
                file.version,
                case_forms.merged_draft(file, form),
            ),
            draft_key=self._key(key, file),
        )
        dialog.open()

    def note(self, case_id: uuid.UUID) -> None:
        """Ask for a note and keep it in the history of the case."""
        dialog = FormDialog(
            self._page,
            title=_("Add a note"),
            verb=_("Add"),
            form=words_form.words_form("note", _("&Note")),
            draft=NoteDraft,
            intro=_("It stands in the timeline."),
            save=lambda draft: self._tasks.write(dialog, cases.add_note, case_id, draft.note),
            draft_key=DraftKey(self._tasks, f"case-note:{case_id}"),
        )
        dialog.open()

    def reasons(self, file: CaseFile) -> None:
        """Ask why, in three layers."""
        self._tasks.read(self._page, read_reasons, language()).then(
            lambda known: self._ask_reasons(file, known)
        )

    def _ask_reasons(self, file: CaseFile, known: ReasonList) -> None:
        form = reason_form.reasons_form(file, known.choices)
        before = ReasonsDraft.model_validate(reason_form.reason_values(file))

        def save(draft: ReasonsDraft) -> Task[None] | None:
            lost = reason_form.missing_words(form)
            if lost:
                return self._tasks.write(dialog, _refuse, InvalidInputError(lost))
            return self._tasks.write(dialog, reason_form.write_reasons, file.row.id, before, draft)

        dialog = FormDialog(
            self._page,
            title=_("Why case {number} is leaving").format(number=file.row.number),
            verb=_("Save"),
            form=form,
            draft=ReasonsDraft,
            save=save,
            draft_key=self._key("case-reasons", file),
        )
        dialog.resize(_WIDE, dialog.height())
        dialog.open()

    # ------------------------------------------------------------------ contacts and visits

    def log_attempt(
        self,
        case_id: uuid.UUID,
        draft: AttemptDraft,
        then: Callable[[object], object],
        or_else: Callable[[Any], object],
    ) -> None:
        """Store a contact."""
        task = self._tasks.write(self._page, contacts.log_attempt, case_id, draft)
        task.then(then).or_else(or_else)

    def plan_visit(self, case_id: uuid.UUID, customer_id: uuid.UUID, name: str) -> None:
        """Ask when and what for."""
        dialog = FormDialog(
            self._page,
            title=_("Plan a visit to {name}").format(name=name),
            verb=_("Plan"),
            form=visit_forms.visit_form(),
            draft=VisitDraft,
            save=lambda draft: self._tasks.write(
                dialog, contacts.plan_visit, case_id, customer_id, draft
            ),
            draft_key=DraftKey(self._tasks, f"plan-visit:{case_id}"),
        )
        dialog.open()

    def plan_any_visit(self) -> None:
        """Ask to whom, when and what for: a visit without a case."""

        def save(draft: CustomerVisitDraft) -> Task[uuid.UUID]:
            plain = VisitDraft.model_validate(draft.model_dump(exclude={"customer"}))
            return self._tasks.write(dialog, contacts.plan_visit, None, draft.customer, plain)

        dialog = FormDialog(
            self._page,
            title=_("Plan a visit"),
            verb=_("Plan"),
            form=visit_forms.visit_form(self._tasks),
            draft=CustomerVisitDraft,
            save=save,
            draft_key=DraftKey(self._tasks, "plan-visit"),
        )
        dialog.open()

    def finish_visit(self, visit_id: uuid.UUID, name: str, note: str = "") -> None:
        """Ask for the day and what came of it."""
        dialog = FormDialog(
            self._page,
            title=_("Visit to {name} done").format(name=name),
            verb=_("Save"),
            form=visit_forms.done_form(note),
            draft=DoneDraft,
            save=lambda draft: self._tasks.write(
                dialog, contacts.finish_visit, visit_id, draft.done_on, draft.note
            ),
            draft_key=DraftKey(self._tasks, f"finish-visit:{visit_id}"),
        )
        dialog.open()

    def cancel_visit(self, visit_id: uuid.UUID, name: str) -> None:
        """Ask once, then cancel."""
        if dialogs.confirm(
            self._page,
            title=_("Cancel the visit to {name}?").format(name=name),
            text=_("It stays in the list as cancelled. Undo brings it back."),
            verb=_("Cancel the visit"),
            keep=_("Keep it"),
        ):
            self._tasks.write(self._page, contacts.cancel_visit, visit_id)

    def interview(
        self, case_id: uuid.UUID, *, is_paper: bool = False, is_any: bool = False
    ) -> None:
        """Begin an interview or go on with it; see `InterviewBegin.begin`."""
        self.holding.begin(case_id, is_paper=is_paper, is_any=is_any)

    # ------------------------------------------------------------------ ending

    def close(self, file: CaseFile) -> None:
        """Ask for outcome, root reason and churn type."""
        self._tasks.read(self._page, read_reasons, language()).then(
            lambda known: self._ask_close(file, known)
        )

    def _ask_close(self, file: CaseFile, known: ReasonList) -> None:
        dialog = FormDialog(
            self._page,
            title=_("Close case {number}").format(number=file.row.number),
            verb=_("Close case"),
            form=case_forms.close_form(file, known.choices, known.churn_types),
            draft=CloseDraft,
            save=lambda draft: self._tasks.write(dialog, cases.close, file.row.id, draft),
            draft_key=self._key("close-case", file),
            intro=_("Planned visits of the case are cancelled. Undo opens it again."),
        )
        dialog.open()

    def reopen(self, file: CaseFile) -> None:
        """Ask where it goes on, and why."""
        dialog = FormDialog(
            self._page,
            title=_("Re-open case {number}").format(number=file.row.number),
            verb=_("Re-open"),
            form=case_forms.reopen_form(),
            draft=ReopenDraft,
            save=lambda draft: self._tasks.write(dialog, cases.reopen, file.row.id, draft),
            draft_key=self._key("reopen-case", file),
        )
        dialog.open()

    # ------------------------------------------------------------------ the phone

    def reveal_phone(self, customer_id: uuid.UUID, then: Callable[[str], object]) -> None:
        """Show the whole number; the look is recorded."""
        self._tasks.write(self._page, customers.reveal_phone, customer_id).quiet().then(then)

    def copy_phone(self, customer_id: uuid.UUID) -> None:
        """Put the digits on the clipboard; the look is recorded."""
        self.reveal_phone(customer_id, self._copied)

    def _copied(self, phone: str) -> None:
        QGuiApplication.clipboard().setText("".join(char for char in phone if char.isdigit()))
        self._messages.info(_("The digits of the phone number are on the clipboard."))


def _refuse(_session: "Session", error: InvalidInputError) -> None:
    """Give problems the way every other problem of a form takes."""
    raise error
