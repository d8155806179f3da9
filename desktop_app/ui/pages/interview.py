"""The page on which an interview is held, keyed in from paper, and read afterwards."""

import uuid
from collections.abc import Callable
from typing import ClassVar

from PySide6.QtWidgets import QStackedWidget
from typing_extensions import override

from db.vocabulary import InterviewMode, InterviewState, ReasonLayer
from desktop_app.domain.permissions import Action, allowed
from desktop_app.domain.reasons import ReasonDraft
from desktop_app.errors import InvalidInputError, UserError
from desktop_app.i18n import _, language
from desktop_app.services import cases, customers, interview_end
from desktop_app.ui import paper_flows
from desktop_app.ui.answer_files import AnswerFiles
from desktop_app.ui.answer_sheet import AnswerSheet
from desktop_app.ui.attempt_logger import keep_length
from desktop_app.ui.case_panels import pane_of
from desktop_app.ui.case_places import CaseTarget
from desktop_app.ui.discrepancy_view import DiscrepancyView
from desktop_app.ui.double_entry_flow import DoubleEntryFlow
from desktop_app.ui.filling_run import FillingRun
from desktop_app.ui.interview_facts import InterviewFacts
from desktop_app.ui.interview_header import InterviewHeader, title_text
from desktop_app.ui.interview_keeper import InterviewKeeper
from desktop_app.ui.interview_notes import InterviewNotes
from desktop_app.ui.interview_sheet import (
    InterviewSheet,
    InterviewTarget,
    read_sheet,
)
from desktop_app.ui.interview_view import InterviewView
from desktop_app.ui.page import Page, PageSpec, Slots
from desktop_app.ui.pages import page_spec
from desktop_app.ui.paper_view import PaperView
from desktop_app.ui.problem_strip import ProblemStrip
from desktop_app.ui.recovered_answers import RecoveredAnswers
from desktop_app.ui.reopen_dialog import ask_reopen
from desktop_app.ui.tasks import Latest


class InterviewPage(Page):
    """Questions left, the current one large in the middle, facts right, problems below."""

    SPEC: ClassVar[PageSpec] = page_spec("interview")
    TABLES: ClassVar[frozenset[str]] = frozenset({"interview", "case_reason"})

    def build(self) -> None:
        """Make header, notices, views and facts."""
        self.sheet: InterviewSheet | None = None
        self.interview_id: uuid.UUID | None = None
        self.run: FillingRun | None = None
        self.keeper: InterviewKeeper | None = None
        self._is_paper = False
        self._failure = ""
        self._loading = Latest()
        self.header = InterviewHeader(self.context)
        self.timer = self.header.timer
        self.timer.changed.connect(self._keep_length)
        self.recover = RecoveredAnswers()
        self.recover.pressed.connect(self._take_over)
        self.strip = ProblemStrip()
        self.strip.go_wanted.connect(self._go_to)
        self.strip.accept_wanted.connect(self._accept)
        self.facts = InterviewFacts(
            may_reveal=allowed(self.actor.role, Action.REVEAL_PHONE), reveal=self._reveal
        )
        self.facts_pane = pane_of(self.facts, 272, _("Facts for the interview"))
        self.view = InterviewView(self.context, self.facts_pane)
        self.notes = InterviewNotes(self.view.note, self.tasks, self)
        self.notes.failed.connect(self._on_failed)
        self.view.accept_wanted.connect(self._accept_shown)
        self.view.belief.believed.connect(self._believe)
        self.files = AnswerFiles(self.tasks, self)
        self.files.failed.connect(self._on_failed)
        self.files.attached.connect(self.view.take_attached)
        self.files.pictured.connect(self.view.show_picture)
        self.view.pane.attach_wanted.connect(self.files.attach)
        self.view.pane.open_wanted.connect(self.files.open)
        self.view.pane.picture_wanted.connect(self.files.show_picture)
        self.paper = PaperView()
        for view in (self.view, self.paper):
            view.at_end.connect(self._on_end)
            view.moved.connect(self.actions_changed)
        self.answers = AnswerSheet()
        self.answers.open_wanted.connect(self.files.open)
        self.pages = QStackedWidget()
        self.differences = DiscrepancyView()
        self.differences.done.connect(self._show_answers)
        self.double = DoubleEntryFlow(self, self.differences, self._show_differences)
        for widget in (self.view, self.paper, self.answers, self.differences):
            self.pages.addWidget(widget)
        self.body.addWidget(self.header)
        self.body.addWidget(self.recover)
        self.body.addWidget(self.pages, 1)
        self.body.addWidget(self.strip)
        self.files.opener.place = self.body.addWidget

    # ------------------------------------------------------------------ loading

    @override
    def show_record(self, target: object) -> None:
        is_paper = isinstance(target, InterviewTarget) and target.is_paper
        key = target.interview_id if isinstance(target, InterviewTarget) else target
        if isinstance(key, uuid.UUID):
            if self.interview_id != key:
                self._let_go()
                self.timer.reset()
                self.pages.setCurrentWidget(self.view)
            self._is_paper = is_paper
            self.interview_id = key
            self.load()

    def _let_go(self) -> None:
        """Store what was typed last, and show no interview any more."""
        self.view.forget()
        self.paper.forget()
        self.files.opener.forget_copies()
        for made in (self.run, self.keeper):
            if made is not None:
                made.deleteLater()
        self.sheet, self.run, self.keeper, self._failure = None, None, None, ""

    @override
    def load(self) -> None:
        if self.interview_id is not None:
            media = self.context.workspace / "questionnaires"
            task = self.tasks.read(self, read_sheet, self.interview_id, language(), media)
            self._loading.take(task).then(self._show)

    def _show(self, sheet: InterviewSheet) -> None:
        row = sheet.run.file.row
        is_same = self.sheet is not None and self.sheet.run.file.row.state is row.state
        self.sheet = sheet
        self.header.show_row(row, self.actor, self._spoken())
        self.files.follow(row.case_id, row.id)
        self.facts.show_view(sheet.view)
        is_open = row.state is InterviewState.DRAFT and allowed(self.actor.role, Action.WORK_CASE)
        if not is_same:  # while it runs, what is on the screen is newer than what was read
            if is_open:
                self._begin(sheet)
            else:
                self._let_go()
                self.sheet = sheet
                if self.pages.currentWidget() is not self.differences:
                    self.pages.setCurrentWidget(self.answers)
            self.recover.offer(sheet.typed if is_open else ())
        if not is_open:
            self.answers.show_answers(sheet.filling, sheet.run.file.answers, sheet.offers)
        self._show_strip()
        self.title_changed.emit()
        self.actions_changed()

    def _begin(self, sheet: InterviewSheet) -> None:
        file = sheet.run.file
        self.notes.follow(file.row.case_id, file.row.id)
        run = self.run = FillingRun(sheet.filling, file.marks, self)
        self.keeper = InterviewKeeper(run, self.tasks, file.row.id, self)
        self.keeper.failed.connect(self._on_failed)
        self.keeper.saved.connect(self._on_saved)
        run.changed.connect(self._show_strip)
        run.noticed.connect(self._show_strip)
        self._is_paper = self._is_paper or file.row.mode is InterviewMode.PAPER
        self._show_run(sheet)
        if not sheet.has_belief and not run.visited and not self._is_paper:
            self.view.belief.ask(sheet.offers.reasons)
            self.view.belief.start()

    def _show_run(self, sheet: InterviewSheet) -> None:
        run, keeper = self.run, self.keeper
        if run is None or keeper is None:
            return
        keeper.mode = InterviewMode.PAPER if self._is_paper else None
        self.pages.setCurrentWidget(self.paper if self._is_paper else self.view)
        self.header.show_tools(not self._is_paper)
        if self._is_paper:
            self.view.forget()
            self.paper.show_run(run, sheet.offers)
        else:
            self.paper.forget()
            self.view.show_run(run, sheet.offers, sheet.note)

    @override
    def title(self) -> str:
        return _(self.SPEC.title) if self.sheet is None else title_text(self.sheet.run.file.row)

    # ------------------------------------------------------------------ recovering

    def _take_over(self) -> None:
        if self.run is not None:
            self.recover.take_over(self.run)
            self._refocus()
            self.actions_changed()

    def _discard(self) -> None:
        if self.keeper is not None and self.recover.discard(self.keeper):
            self.actions_changed()

    # ------------------------------------------------------------------ what became of it

    def _on_failed(self, sentence: str) -> None:
        self._failure = sentence
        self._show_strip()

    def _on_saved(self, address: str) -> None:
        self._failure = ""
        if self.recover.drop(address):
            self.actions_changed()
        self._show_strip()

    def _show_strip(self) -> None:
        if self._failure:
            self.strip.say(self._failure)
        else:
            self.strip.show_run(self.run)

    def _go_to(self, address: str) -> None:
        if self._is_paper:
            self.paper.go(address)
        else:
            self.view.go(address)

    def _accept(self, address: str) -> None:
        if self.run is not None:
            self.run.accept(address)
            self._refocus()

    def _accept_shown(self) -> None:
        if self.strip.may_accept:
            self._accept(self.strip.address)

    def _believe(self, reason: str) -> None:
        if self.sheet is not None:
            draft = ReasonDraft(layer=ReasonLayer.BELIEF, reason=reason)
            case_id = self.sheet.run.file.row.case_id
            self.tasks.write(self, cases.set_reason, case_id, draft).quiet()

    def _keep_length(self) -> None:
        seconds = self.timer.seconds()
        if self.sheet is not None and seconds and self.isVisible():
            case_id = self.sheet.run.file.row.case_id
            self.tasks.write(self, keep_length, case_id, seconds).quiet()

    # ------------------------------------------------------------------ ending

    def _leave(self) -> None:
        self.view.leave()
        self.paper.leave()

    def _on_end(self) -> None:
        if self.run is not None and not self.run.in_the_way():
            self.messages.info(_("That was the last question. Ctrl+Enter finishes the interview."))
        self._show_strip()

    def _finish(self) -> None:
        if self.run is None:
            return
        self._leave()
        if self.sheet is not None and self.sheet.run.file.row.verifies_id is not None:
            self.double.compare(self.sheet.run.file.row.id, self.run.filling)
            return
        if self.run.in_the_way():
            self._show_strip()
            return
        note = self.view.note.text()
        if note:
            self.notes.save(note, self._store_finish)
        else:
            self._store_finish()

    def _store_finish(self) -> None:
        if self.sheet is None or self.interview_id is None:
            return
        case_id = self.sheet.run.file.row.case_id
        if self.timer.is_running:
            self.timer.toggle()
        seconds = self.timer.seconds()
        task = self.tasks.write(self, interview_end.finish, self.interview_id)
        target = CaseTarget(case_id, None, seconds is not None, seconds)
        task.then(lambda _none: self.navigate("case-file", target))
        task.or_else(self._on_unfinished)

    def _on_unfinished(self, error: UserError) -> None:
        if isinstance(error, InvalidInputError) and error.problems:
            first = error.problems[0]
            self.strip.say(first.message, first.field)
        else:
            self._on_failed(error.message)

    def _reopen(self) -> None:
        if self.sheet is not None:
            ask_reopen(self, self.sheet.run.file.row.id)

    def _show_differences(self) -> None:
        self.pages.setCurrentWidget(self.differences)

    def _show_answers(self) -> None:
        self.pages.setCurrentWidget(self.answers)
        self.load()

    # ------------------------------------------------------------------ moving about

    def _refocus(self) -> None:
        if self._is_paper:
            self.paper.refocus()
        else:
            self.view.refocus()

    def _toggle_paper(self) -> None:
        if self.sheet is not None:
            self._leave()
            self._is_paper = not self._is_paper
            self._show_run(self.sheet)
            self.actions_changed()

    def _spoken(self) -> str:
        if self.sheet is None:
            return ""
        filling = self.sheet.filling if self.run is None else self.run.filling
        return filling.language if len(filling.form.languages) > 1 else ""

    def _change_language(self) -> None:
        if self.run is None or self.sheet is None or self.keeper is None:
            return
        languages = self.run.filling.form.languages
        spoken = self.run.filling.language
        at = languages.index(spoken) if spoken in languages else -1
        self.run.set_language(languages[(at + 1) % len(languages)])
        self.keeper.set_language(self.run.filling.language)
        self.header.show_row(self.sheet.run.file.row, self.actor, self._spoken())

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
        if self.run is None:
            return self._finished_slots(self.sheet) | self._file_slots(self.sheet)
        slots: dict[str, Callable[[], object]] = {
            "interview.finish": self._finish,
            "interview.paper": self._toggle_paper,
            "interview.timer": self.timer.toggle,
            **self._file_slots(self.sheet),
        }
        if self._is_paper:
            slots["interview.next"] = lambda: self.paper.turn(1)
            slots["interview.previous"] = lambda: self.paper.turn(-1)
        else:
            slots |= self.view.slots()
            slots["page.next_pane"] = lambda: self.view.next_pane(self.facts_pane, self.strip)
            if self.view.instance_here():
                slots["interview.remove"] = self._remove_instance
        if len(self.run.filling.form.languages) > 1:
            slots["interview.language"] = self._change_language
        if self.recover.typed:
            slots["interview.discard"] = self._discard
        return slots

    def _finished_slots(self, sheet: InterviewSheet) -> dict[str, Callable[[], object]]:
        row = sheet.run.file.row
        if row.state is not InterviewState.FINISHED:
            return {}
        slots = self.double.slots(row, sheet.double, sheet.filling)
        if row.verifies_id is None:
            slots["interview.reopen"] = self._reopen
        return slots

    def _file_slots(self, sheet: InterviewSheet) -> dict[str, Callable[[], object]]:
        row = sheet.run.file.row
        what = (row.case_id, row.questionnaire_id, row.case_number)
        return {
            "interview.print": lambda: paper_flows.ask_paper(self, *what),
            "interview.save": lambda: paper_flows.save_interview(self, row.id, row.case_number),
        }

    def _remove_instance(self) -> None:
        instance = self.view.instance_here()
        if any(each.address.startswith(f"{instance}/") for each in self.recover.typed):
            self._on_failed(_("Take over or discard first what was typed here and not saved."))
            return
        self.view.remove_instance()

    @override
    def can_leave(self) -> bool:
        self._leave()
        self._keep_length()
        return True
