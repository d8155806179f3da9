"""One exit interview, held by keyboard: everything typed is kept, nothing is modal."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtWidgets import QStackedWidget
from typing_extensions import override

from db.vocabulary import InterviewState
from desktop_app import labels
from desktop_app.domain.permissions import Action, allowed
from desktop_app.errors import InvalidInputError, Problem, UserError
from desktop_app.i18n import _, language, ngettext
from desktop_app.services import customers, drafts, interviews
from desktop_app.services.drafts import SavedDraft
from desktop_app.ui import case_look, dialogs
from desktop_app.ui.answer_sheet import AnswerSheet
from desktop_app.ui.attempt_logger import keep_length
from desktop_app.ui.call_timer import CallTimer
from desktop_app.ui.case_panels import Notice, pane_of
from desktop_app.ui.case_places import CaseTarget
from desktop_app.ui.interview_facts import InterviewFacts
from desktop_app.ui.interview_sheet import InterviewSheet, note_key, read_sheet, store_note
from desktop_app.ui.interview_view import InterviewView
from desktop_app.ui.page import Page, PageSpec, Slots
from desktop_app.ui.pages import page_spec
from desktop_app.ui.panels import PageHeader, action_button
from desktop_app.ui.tasks import Latest
from desktop_app.ui.typed_drafts import keep

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Session


class InterviewPage(Page):
    """Questions left, the current one large in the middle, facts right, problems below."""

    SPEC: ClassVar[PageSpec] = page_spec("interview")
    TABLES: ClassVar[frozenset[str]] = frozenset({"interview"})

    def build(self) -> None:
        """Make header, notices, view and facts."""
        self.sheet: InterviewSheet | None = None
        self.interview_id: uuid.UUID | None = None
        self._loading = Latest()
        self._recovered: tuple[SavedDraft, ...] = ()
        self.timer = CallTimer()
        self.timer.changed.connect(self._keep_length)
        self.reopen_button = action_button(self.context, "interview.reopen")
        self.finish_button = action_button(self.context, "interview.finish", primary=True)
        self.tools = [
            action_button(self.context, "interview.note"),
            action_button(self.context, "interview.jump"),
        ]
        self.header = PageHeader(
            _("Exit interview"),
            buttons=[
                self.timer,
                *self.tools,
                self.reopen_button,
                self.finish_button,
            ],
        )
        self.recover = Notice(_("Take it over"))
        self.recover.pressed.connect(self._take_over)
        self.strip = Notice(_("Go there"))
        self.strip.pressed.connect(self._go_to_problem)
        self.facts = InterviewFacts(
            may_reveal=allowed(self.actor.role, Action.REVEAL_PHONE), reveal=self._reveal
        )
        self.facts_pane = pane_of(self.facts, 272, _("Facts for the interview"))
        self.view = InterviewView(self.context, self.facts_pane)
        self.view.typed.connect(self._keep_typed)
        self.view.answered.connect(self._save_answer)
        self.view.note.typed.connect(self._keep_note)
        self.view.note.entered.connect(self._save_note)
        self.view.at_end.connect(self._on_end)
        self.view.moved.connect(self._show_strip)
        for widget in (self.header, self.recover):
            self.body.addWidget(widget)
        self.answers = AnswerSheet()
        self.pages = QStackedWidget()
        self.pages.addWidget(self.view)
        self.pages.addWidget(self.answers)
        self.body.addWidget(self.pages, 1)
        self.body.addWidget(self.strip)

    # ------------------------------------------------------------------ loading

    @override
    def show_record(self, target: object) -> None:
        if isinstance(target, uuid.UUID):
            if self.interview_id != target:
                self.view.leave()
                self.timer.reset()
                self.sheet = None
            self.interview_id = target
            self.load()

    @override
    def load(self) -> None:
        if self.interview_id is not None:
            task = self.tasks.read(self, read_sheet, self.interview_id, language())
            self._loading.take(task).then(self._show)

    def _show(self, sheet: InterviewSheet) -> None:
        run, state = sheet.run, sheet.run.file.row.state
        is_same = self.sheet is not None and self.sheet.run.file.row.state is state
        self.sheet = sheet
        self._show_header(sheet)
        self.facts.show_view(sheet.view)
        if not is_same:  # while it runs, what is on the screen is newer than what was read
            is_open = state is InterviewState.DRAFT and allowed(self.actor.role, Action.WORK_CASE)
            if is_open:
                self.view.show_run(
                    run.questions, run.context, run.file.answers, sheet.offers, sheet.note
                )
            self.pages.setCurrentIndex(0 if is_open else 1)
            self._offer_typed(sheet.typed if is_open else ())
        self.answers.show_answers(run.relevant, run.file.answers, sheet.offers)
        self._show_strip()
        self.title_changed.emit()
        self.actions_changed()

    def _show_header(self, sheet: InterviewSheet) -> None:
        row = sheet.run.file.row
        name = row.customer or row.case_number
        self.header.set_title(_("Exit interview: {name}").format(name=name))
        parts = (
            _("Case {number}").format(number=row.case_number),
            labels.label(row.kind),
            row.by,
            labels.moment_text(row.started_at),
        )
        self.header.set_subtitle(case_look.list_text(parts))
        self.header.set_chips([(labels.label(row.state), case_look.INTERVIEW_TONES[row.state])])
        is_open = row.state is InterviewState.DRAFT
        may_work = allowed(self.actor.role, Action.WORK_CASE)
        for made in (self.timer, *self.tools):
            made.setVisible(is_open)
        self.finish_button.setVisible(is_open and may_work)
        self.reopen_button.setVisible(not is_open and may_work)

    @override
    def title(self) -> str:
        if self.sheet is None:
            return _(self.SPEC.title)
        return _("Interview {name}").format(name=self.sheet.run.file.row.customer)

    # ------------------------------------------------------------------ recovering

    def _offer_typed(self, typed: Sequence[SavedDraft]) -> None:
        self._recovered = tuple(typed)
        if not typed:
            self.recover.say("")
            return
        text = ngettext(
            "{n} answer was typed and not saved, last at {time}. It is not lost.",
            "{n} answers were typed and not saved, last at {time}. They are not lost.",
            len(typed),
        )
        newest = max(each.saved_at for each in typed)
        self.recover.say(text.format(n=len(typed), time=labels.moment_text(newest)))

    def _take_over(self) -> None:
        if self.interview_id is None:
            return
        prefix = interviews.draft_key(self.interview_id, "")
        for each in self._recovered:
            code = each.key.removeprefix(prefix)
            self.view.show_typed(code, each.content)
            self._save_answer(code, each.content)
        self._offer_typed(())
        self.view.refresh_list()
        self.view.refocus()
        self.actions_changed()

    def _discard(self) -> None:
        count = len(self._recovered)
        if dialogs.confirm(
            self,
            title=_("Discard what was typed and not saved?"),
            text=ngettext("{n} answer is lost.", "{n} answers are lost.", count).format(n=count),
            verb=_("Discard"),
            danger=True,
        ):
            for each in self._recovered:
                self.tasks.write(self, drafts.discard_draft, each.key).quiet()
            self._offer_typed(())
            self.actions_changed()

    # ------------------------------------------------------------------ saving

    def _keep_typed(self, code: str, typed: Mapping[str, Any]) -> None:
        if self.interview_id is not None:
            key = interviews.draft_key(self.interview_id, code)
            self.tasks.write(self, drafts.save_draft, key, dict(typed)).quiet()

    def _save_answer(self, code: str, typed: Mapping[str, Any]) -> None:
        interview_id = self.interview_id
        if interview_id is None:
            return
        task = self.tasks.write(self, _save, interview_id, code, dict(typed)).quiet()
        task.then(lambda stored: self._on_saved(interview_id, code, typed, stored))
        task.or_else(lambda error: self._on_problem(interview_id, code, error))

    def _on_saved(
        self,
        interview_id: uuid.UUID,
        code: str,
        typed: Mapping[str, Any],
        stored: Mapping[str, Any] | list[Problem],
    ) -> None:
        if interview_id != self.interview_id:
            return
        if isinstance(stored, list):
            self.view.take_problems(code, stored)
        else:
            self.view.take_stored(code, typed, stored)
        self._show_strip()

    def _on_problem(self, interview_id: uuid.UUID, code: str, error: UserError) -> None:
        if interview_id != self.interview_id:
            return
        self.view.take_problems(code, [Problem(f"{code}.value", error.message)])
        self._show_strip()

    def _keep_note(self, text: str) -> None:
        if self.interview_id is not None:
            content = {"text": text} if text.strip() else {}
            self.tasks.write(self, keep, note_key(self.interview_id), content).quiet()

    def _save_note(self, text: str, then: Callable[[], object] | None = None) -> None:
        """Store a note; when that fails it stands in its line again."""
        sheet, interview_id = self.sheet, self.interview_id
        if sheet is None or interview_id is None:
            return
        case_id = sheet.run.file.row.case_id
        task = self.tasks.write(self, store_note, case_id, interview_id, text).quiet()
        task.then(lambda _none: self._on_noted(interview_id, text))
        if then is not None:
            task.then(lambda _none: then())
        task.or_else(self._on_not_noted)

    def _on_noted(self, interview_id: uuid.UUID, text: str) -> None:
        if interview_id == self.interview_id:
            self.view.note.take_stored(text)

    def _on_not_noted(self, error: UserError) -> None:
        self.view.note.open()
        self.strip.say(error.message, can_act=False)

    def _keep_length(self) -> None:
        seconds = self.timer.seconds()
        if self.sheet is not None and seconds and self.isVisible():
            case_id = self.sheet.run.file.row.case_id
            self.tasks.write(self, keep_length, case_id, seconds).quiet()

    def _show_strip(self) -> None:
        count = len(self.view.problems)
        text = ngettext(
            "{n} answer cannot be read; it is kept as typed.",
            "{n} answers cannot be read; they are kept as typed.",
            count,
        )
        self.strip.say(text.format(n=count) if count else "")

    def _go_to_problem(self) -> None:
        code = next(iter(self.view.problems), None) or next(
            (each.code for each in self.view.missing()), None
        )
        if code is not None:
            self.view.go(code)

    # ------------------------------------------------------------------ ending

    def _on_end(self) -> None:
        missing = self.view.missing()
        if missing:
            self._say_missing()
            return
        self.strip.say("")
        self.messages.info(_("That was the last question. Ctrl+Enter finishes the interview."))

    def _say_missing(self) -> None:
        names = "; ".join(each.text for each in self.view.missing())
        self.strip.say(_("Still needed to finish: {questions}").format(questions=names))

    def _finish(self) -> None:
        if self.sheet is None or self.interview_id is None:
            return
        self.view.leave()
        if self.view.missing():
            self._say_missing()
            return
        note = self.view.note.text()
        if note:
            self._save_note(note, self._store_finish)
        else:
            self._store_finish()

    def _store_finish(self) -> None:
        if self.sheet is None or self.interview_id is None:
            return
        case_id = self.sheet.run.file.row.case_id
        if self.timer.is_running:
            self.timer.toggle()
        seconds = self.timer.seconds()
        task = self.tasks.write(self, interviews.finish, self.interview_id)
        target = CaseTarget(case_id, None, seconds is not None, seconds)
        task.then(lambda _none: self.navigate("case-file", target))
        task.or_else(self._on_unfinished)

    def _on_unfinished(self, error: UserError) -> None:
        if isinstance(error, InvalidInputError) and error.problems:
            self.strip.say(" ".join(problem.message for problem in error.problems))
        else:
            self.strip.say(error.message, can_act=False)

    def _next_pane(self) -> None:
        """From the question to the facts, to the list of questions, and back to the question."""
        if self.facts_pane.hasFocus():
            self.view.to_list()
        elif self.view.list.hasFocus():
            self.view.refocus()
        else:
            self.facts_pane.setFocus()

    def _reopen(self) -> None:
        if self.interview_id is not None:
            self.tasks.write(self, interviews.reopen, self.interview_id)

    def _reveal(self) -> None:
        if self.sheet is not None:
            customer_id = self.sheet.run.file.row.customer_id
            task = self.tasks.write(self, customers.reveal_phone, customer_id).quiet()
            task.then(self.facts.contact.phone.whole())

    # ------------------------------------------------------------------ what can be done

    @override
    def actions(self) -> Slots:  # type: ignore[override]  # as in Page
        if self.sheet is None:
            return {}
        if self.sheet.run.file.row.state is InterviewState.FINISHED:
            return {"interview.reopen": self._reopen}
        slots = {
            "interview.next": self.view.next,
            "interview.previous": self.view.previous,
            "interview.jump": self.view.to_list,
            "page.next_pane": self._next_pane,
            "interview.finish": self._finish,
            "interview.mark": self.view.toggle_mark,
            "interview.note": self.view.open_note,
            "interview.timer": self.timer.toggle,
        }
        if self._recovered:
            slots["interview.discard"] = self._discard
        return slots

    @override
    def can_leave(self) -> bool:
        self.view.leave()
        self._keep_length()
        return True


def _save(
    session: "Session", interview_id: uuid.UUID, code: str, typed: dict[str, Any]
) -> Mapping[str, Any] | list[Problem]:
    """Store an answer; one that cannot be read is kept as typed, and its problems come back."""
    try:
        return interviews.save_answer(session, interview_id, code, typed)
    except InvalidInputError as error:
        drafts.save_draft(session, interviews.draft_key(interview_id, code), typed)
        return list(error.problems)
