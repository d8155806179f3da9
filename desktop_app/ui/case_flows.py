"""What people do with cases, each as one flow: ask in a form, store in the background, say so.

The pages of cases share these flows; none of them knows where it was started from.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal

from db.queries.case_file import CaseFile
from db.vocabulary import CaseStage, OfferState, Outcome
from desktop_app.domain.cases import CaseDraft, CloseDraft, OpenDraft, ReopenDraft, moves
from desktop_app.errors import InvalidInputError
from desktop_app.i18n import _, language
from desktop_app.services import cases, reasons, watch
from desktop_app.ui.dialogs import FormDialog
from desktop_app.ui.forms import case_forms, reason_form, words_form
from desktop_app.ui.forms.case_forms import MoveDraft, NewCaseDraft
from desktop_app.ui.forms.reason_form import ReasonsDraft
from desktop_app.ui.forms.words_form import NoteDraft, OverruleDraft
from desktop_app.ui.pickers import Choice
from desktop_app.ui.reason_box import reason_choices
from desktop_app.ui.tasks import Task
from desktop_app.ui.typed_drafts import DraftKey
from desktop_app.ui.visit_flows import VisitFlows

if TYPE_CHECKING:  # a page is made of flows, not the other way round
    from db.session import Session
    from desktop_app.ui.interview_begin import InterviewBegin
    from desktop_app.ui.page import Page

_WIDE = 720


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


def read_close(
    session: "Session", language_code: str, case_id: uuid.UUID
) -> tuple[ReasonList, date, Outcome | None]:
    """The reasons on offer, until when a save of the case would be watched, and what came of it.

    Saved is suggested where the customer has accepted an offer; else nothing.
    """
    from desktop_app.services import offers  # noqa: PLC0415  (slow to import)

    made = offers.of_case(session, case_id).rows
    is_saved = any(row.state is OfferState.ACCEPTED for row in made)
    suggested = Outcome.SAVED if is_saved else None
    return read_reasons(session, language_code), watch.ends_on(session, case_id), suggested


def open_new_case(session: "Session", draft: NewCaseDraft) -> uuid.UUID:
    """Open a case for the customer of the form."""
    values = draft.model_dump(exclude={"customer"})
    return cases.open_case(session, draft.customer, OpenDraft.model_validate(values))


class CaseFlows(VisitFlows):
    """The flows of one page; the page's tasks run them, dialogs open over it."""

    opened_case = Signal(object)
    """Key of a case that was opened by hand."""
    started_interview = Signal(object)
    """Key of an interview to hold now, or an `InterviewTarget` to key in."""

    def __init__(self, page: "Page") -> None:
        super().__init__(page)
        self._begun: InterviewBegin | None = None

    @property
    def holding(self) -> "InterviewBegin":
        """Begins interviews; slow to import, so it is made when it is first asked for."""
        from desktop_app.ui.interview_begin import InterviewBegin  # noqa: PLC0415

        if self._begun is None:
            self._begun = InterviewBegin(self._page)
            self._begun.started.connect(self.started_interview)
        return self._begun

    def forget_interview(self) -> None:
        """Another case is shown: nothing is asked about an interview any more."""
        if self._begun is not None:
            self._begun.forget()

    # ------------------------------------------------------------------ opening

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

    # ------------------------------------------------------------------ contacts

    def promise_call(self, file: CaseFile) -> None:
        """Ask when a call was promised to the customer of a case."""
        self.set_callback(file.row.id, file.row.customer or file.row.number)

    def interview(
        self, case_id: uuid.UUID, *, is_paper: bool = False, is_any: bool = False
    ) -> None:
        """Begin an interview or go on with it; see `InterviewBegin.begin`."""
        self.holding.begin(case_id, is_paper=is_paper, is_any=is_any)

    # ------------------------------------------------------------------ ending

    def close(self, file: CaseFile) -> None:
        """Ask for outcome, root reason and churn type."""
        self._tasks.read(self._page, read_close, language(), file.row.id).then(
            lambda found: self._ask_close(file, *found)
        )

    def _ask_close(
        self, file: CaseFile, known: ReasonList, watched_until: date, suggested: Outcome | None
    ) -> None:
        dialog = FormDialog(
            self._page,
            title=_("Close case {number}").format(number=file.row.number),
            verb=_("Close case"),
            form=case_forms.close_form(
                file, known.choices, known.churn_types, watched_until, suggested
            ),
            draft=CloseDraft,
            save=lambda draft: self._tasks.write(dialog, cases.close, file.row.id, draft),
            draft_key=self._key("close-case", file),
            intro=_(
                "Planned visits are cancelled and offers without an answer withdrawn. Undo opens "
                "the case again."
            ),
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


def _refuse(_session: "Session", error: InvalidInputError) -> None:
    """Give problems the way every other problem of a form takes."""
    raise error
