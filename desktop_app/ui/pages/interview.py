"""The page on which an interview is held, keyed in from paper, and read afterwards."""

import uuid
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtWidgets import QStackedWidget
from typing_extensions import override

from db.vocabulary import InterviewMode, InterviewState, ReasonLayer
from desktop_app.domain.permissions import Action, allowed
from desktop_app.domain.reasons import ReasonDraft
from desktop_app.i18n import _, language
from desktop_app.services import cases, customers
from desktop_app.ui.answer_files import AnswerFiles
from desktop_app.ui.answer_sheet import AnswerSheet
from desktop_app.ui.case_panels import pane_of
from desktop_app.ui.discrepancy_view import DiscrepancyView
from desktop_app.ui.double_entry_flow import DoubleEntryFlow
from desktop_app.ui.filling_run import FillingRun
from desktop_app.ui.interview_call import InterviewCall
from desktop_app.ui.interview_ending import InterviewEnding
from desktop_app.ui.interview_facts import InterviewFacts
from desktop_app.ui.interview_header import InterviewHeader, title_text
from desktop_app.ui.interview_keeper import InterviewKeeper
from desktop_app.ui.interview_notes import InterviewNotes
from desktop_app.ui.interview_script import InterviewScript
from desktop_app.ui.interview_sheet import InterviewSheet, InterviewTarget, read_sheet
from desktop_app.ui.interview_view import InterviewView
from desktop_app.ui.page import Page, PageSpec, Slots
from desktop_app.ui.pages import page_spec
from desktop_app.ui.paper_view import PaperView
from desktop_app.ui.problem_strip import ProblemStrip
from desktop_app.ui.recovered_answers import RecoveredAnswers, set_aside
from desktop_app.ui.review_comments import ReviewComments
from desktop_app.ui.tasks import Latest

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Session


def _nothing(_session: "Session") -> None:
    """Wait for the writes that are under way."""


class InterviewPage(Page):
    """Questions left, the current one large in the middle, facts right, problems below."""

    SPEC: ClassVar[PageSpec] = page_spec("interview")
    TABLES: ClassVar[frozenset[str]] = frozenset({"interview", "case_reason"})
    _back: InterviewTarget | None = None

    def build(self) -> None:
        """Make header, notices, views and facts."""
        self.sheet: InterviewSheet | None = None
        self.interview_id: uuid.UUID | None = None
        self.run: FillingRun | None = None
        self.keeper: InterviewKeeper | None = None
        self._is_paper = False
        self._asked: InterviewTarget | None = None
        self._failure = ""
        self._loading = Latest()
        self.header = InterviewHeader(self.context)
        self.timer = self.header.timer
        self.recover = RecoveredAnswers()
        self.recover.pressed.connect(self._take_over)
        self.comments = ReviewComments()
        self.strip = ProblemStrip()
        self.strip.go_wanted.connect(self.go_to)
        self.strip.accept_wanted.connect(self._accept)
        self.strip.turned.connect(self.actions_changed)
        self.facts = InterviewFacts(
            may_reveal=allowed(self.actor.role, Action.REVEAL_PHONE), reveal=self._reveal
        )
        self.facts_pane = pane_of(self.facts, 272, _("Facts for the interview"))
        self.view = InterviewView(self.context, self.facts_pane)
        self.notes = InterviewNotes(self.view.note, self.tasks, self)
        self.notes.failed.connect(self.show_failure)
        self.view.accept_wanted.connect(self._accept_shown)
        self.view.belief.believed.connect(self._believe)
        self.files = AnswerFiles(self.tasks, self, self.messages)
        self._connect_files()
        self.paper = PaperView()
        for view in (self.view, self.paper):
            view.at_end.connect(self._on_end)
            view.moved.connect(self.actions_changed)
        self.answers = AnswerSheet()
        self.answers.open_wanted.connect(self.files.open)
        self.pages = QStackedWidget()
        self.pages.setMinimumHeight(1)  # each view scrolls; the highest must not push the header
        self.differences = DiscrepancyView()
        self.differences.done.connect(self._show_answers)
        self.ending = InterviewEnding(self)
        self.script = InterviewScript(self)
        self.call = InterviewCall(self)
        show_differences = partial(self.pages.setCurrentWidget, self.differences)
        self.double = DoubleEntryFlow(self, self.differences, show_differences)
        for widget in (self.view, self.paper, self.answers, self.differences):
            self.pages.addWidget(widget)
        for above in (self.header, self.ending.strip, self.recover, self.comments):
            self.body.addWidget(above)
        self.body.addWidget(self.pages, 1)
        self.body.addWidget(self.strip)
        self.body.addWidget(self.call.strip)
        self.files.opener.place = self.body.addWidget

    def _connect_files(self) -> None:
        self.files.failed.connect(self.show_failure)
        self.files.overtaken.connect(self._on_overtaken)
        self.files.attached.connect(self.view.take_attached)
        self.files.pictured.connect(self.view.show_picture)
        self.view.pane.attach_wanted.connect(self.files.attach)
        self.view.pane.open_wanted.connect(self.files.open)
        self.view.pane.play_wanted.connect(self.files.opener.show_file)
        self.view.pane.picture_wanted.connect(self.files.show_picture)

    # ------------------------------------------------------------------ loading

    @override
    def show_record(self, target: object) -> None:
        if isinstance(target, uuid.UUID):
            target = InterviewTarget(target)
        if isinstance(target, InterviewTarget):
            key, self._asked = target.interview_id, target if target.is_asked else None
            if self.interview_id != key:
                self.let_go()
                self.timer.reset()
                self.pages.setCurrentWidget(self.view)
            self._is_paper, self._back = target.is_paper, target
            self.interview_id = key
            self.load()

    def let_go(self) -> None:
        """Store what was typed last, and show no interview any more."""
        self.ending.forget()
        self.call.forget()
        self.script.forget()
        self.view.forget()
        self.paper.forget()
        self.files.opener.forget_copies()
        for made in (self.run, self.keeper):
            if made is not None:
                made.deleteLater()
        self.sheet, self.run, self.keeper, self._failure = None, None, None, ""

    @override
    def here(self, target: object) -> object:
        if self.interview_id is None:
            return None
        address = self.paper.current if self._is_paper else self.view.current
        address = "" if self.view.belief.isVisible() else address
        timer = self.timer.state()
        return InterviewTarget(self.interview_id, self._is_paper, address=address, timer=timer)

    @override
    def load(self) -> None:
        if self.interview_id is not None:
            task = self.tasks.read(self, read_sheet, self.interview_id, language())
            self._loading.take(task).then(self._show)

    def _show(self, sheet: InterviewSheet) -> None:
        row = sheet.run.file.row
        is_same = self.sheet is not None and self.sheet.run.file.row.state is row.state
        if is_same and self.keeper is not None and not self.keeper.knows(sheet.run.file.structure):
            self._on_overtaken(self.keeper.why_other(sheet.run.file.structure))
            return
        is_open = row.state is InterviewState.DRAFT and allowed(self.actor.role, Action.WORK_CASE)
        if is_open and not is_same and set_aside(self, sheet):  # nothing may replace it
            return
        self.sheet = sheet
        self.header.show_row(row, self.actor, self._spoken())
        self.files.follow(row.case_id, row.id)
        self.facts.show_view(sheet.view)
        self.call.show_facts()
        if not is_same:  # while it runs, what is on the screen is newer than what was read
            if is_open:
                self._begin(sheet)
            else:
                self.let_go()
                self.sheet = sheet
                if self.pages.currentWidget() is not self.differences:
                    self.pages.setCurrentWidget(self.answers)
            self.recover.offer(sheet.typed if is_open else ())
        self.comments.show_comments(sheet.offers.said, sheet.filling)
        if not is_open:
            self.answers.show_answers(sheet.filling, sheet.run.file.answers, sheet.offers)
            if self._asked is not None and row.state is InterviewState.FINISHED:
                self.ending.ask_what_is_meant(row, is_paper=self._asked.is_paper)
        self._asked = None
        self.show_strip()
        self.title_changed.emit()
        self.actions_changed()

    def _begin(self, sheet: InterviewSheet) -> None:
        file = sheet.run.file
        self.notes.follow(file.row.case_id, file.row.id)
        run = self.run = FillingRun(sheet.filling, file.marks, self)
        keeper = InterviewKeeper(run, self.tasks, file.row.id, file.structure, self)
        self.keeper = keeper
        self.files.structure = lambda: keeper.structure
        keeper.failed.connect(self.show_failure)
        keeper.overtaken.connect(self._on_overtaken)
        keeper.saved.connect(self._on_saved)
        for restructured in (run.grown, run.shrunk):
            restructured.connect(self.recover.entries_moved)
        run.changed.connect(self.show_strip)
        run.noticed.connect(self.show_strip)
        self._is_paper = self._is_paper or file.row.mode is InterviewMode.PAPER
        self._show_run(sheet)
        back, self._back = self._back, None
        if back is not None and back.timer is not None:
            self.timer.go_on(back.timer)
        if back is not None and back.address:
            self.go_to(back.address)
        elif not sheet.has_belief and not run.visited and not self._is_paper:
            self.view.belief.ask(sheet.offers.reasons)
            self.view.belief.start()

    def _show_run(self, sheet: InterviewSheet) -> None:
        run, keeper = self.run, self.keeper
        if run is None or keeper is None:
            return
        keeper.mode = InterviewMode.PAPER if self._is_paper else None
        self.pages.setCurrentWidget(self.paper if self._is_paper else self.view)
        self.header.show_paper(self._is_paper)
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
        if self.run is not None and self.keeper is not None:
            self.leave()
            self.recover.take_over(self.run, self.keeper)
            self.refocus()
            self.actions_changed()

    def _discard(self) -> None:
        if self.keeper is not None and self.recover.discard(self.keeper):
            self.actions_changed()

    # ------------------------------------------------------------------ what became of it

    def show_failure(self, sentence: str) -> None:
        """Say in the strip what could not be done."""
        self._failure = sentence
        self.show_strip()

    def _on_overtaken(self, sentence: str) -> None:
        """Instances came or went elsewhere: what was typed is kept, all is read anew."""
        here = self.here(None)  # without a sentence it was undone in this window
        self._back = here if isinstance(here, InterviewTarget) and not sentence else None
        self.let_go()
        self.tasks.write(self, _nothing).quiet().then(lambda _none: self.load())  # after the others
        self._failure = sentence

    def _on_saved(self, _address: str) -> None:
        self._failure = ""
        self.show_strip()

    def show_strip(self) -> None:
        """Say what is to be said now, or nothing."""
        if self._failure:
            self.strip.say(self._failure)
        else:
            self.strip.show_run(self.run)

    def go_to(self, address: str) -> None:
        """Go to a question, on the screen or on the paper."""
        if self._is_paper:
            self.paper.go(address)
        else:
            self.view.go(address)

    def _accept(self, address: str) -> None:
        if self.run is not None:
            self.run.accept(address)
            self.refocus()

    def _accept_shown(self) -> None:
        if self.strip.may_accept:
            self._accept(self.strip.address)

    def _believe(self, reason: str) -> None:
        if self.sheet is not None:
            draft = ReasonDraft(layer=ReasonLayer.BELIEF, reason=reason)
            case_id = self.sheet.run.file.row.case_id
            self.tasks.write(self, cases.set_reason, case_id, draft).quiet()

    # ------------------------------------------------------------------ ending

    def leave(self) -> None:
        """Say every answer that was not said yet."""
        self.view.leave()
        self.paper.leave()

    def _on_end(self) -> None:
        if self.run is not None and not self.run.in_the_way():
            self.messages.info(_("That was the last question. Ctrl+Enter finishes the interview."))
        self.show_strip()

    def _show_answers(self) -> None:
        self.pages.setCurrentWidget(self.answers)
        self.load()

    # ------------------------------------------------------------------ moving about

    def refocus(self) -> None:
        """Put the keyboard into the current question."""
        if self._is_paper:
            self.paper.refocus()
        else:
            self.view.refocus()

    def _next_comment(self) -> None:
        go = self.answers.go if self.run is None else self.go_to
        go(self.comments.next_place())

    def _toggle_paper(self) -> None:
        if self.sheet is not None:
            self.leave()
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
        slots = self.ending.slots(self.sheet)
        if self.comments.places:
            slots["interview.comment"] = self._next_comment
        if self.run is None:
            return slots
        slots |= {"interview.paper": self._toggle_paper, "interview.timer": self.timer.toggle}
        if self._is_paper:
            slots["interview.next"] = lambda: self.paper.turn(1)
            slots["interview.previous"] = lambda: self.paper.turn(-1)
        else:
            slots |= self.view.slots() | {"interview.script": self.script.toggle}
            below = self.call.strip.note if self.call.logger.is_open else self.strip
            panes = (self.facts_pane, below)
            slots["page.next_pane"] = lambda: self.view.go_to_pane(*panes)
            slots["page.previous_pane"] = lambda: self.view.go_to_pane(*panes, -1)
            if self.view.instance_here():
                slots["interview.remove"] = self._remove_instance
        if len(self.run.filling.form.languages) > 1:
            slots["interview.language"] = self._change_language
        if self.recover.typed:
            slots["interview.discard"] = self._discard
        if self.strip.may_go:
            slots["interview.problem"] = self.strip.go_there
        return slots

    def _remove_instance(self) -> None:
        instance = self.view.instance_here()
        if self.recover.is_in(instance):
            self.show_failure(_("Take over or discard first what was typed here and not saved."))
        else:
            self.view.remove_instance()

    @override
    def can_leave(self) -> bool:
        self.leave()
        self.call.keep_length()
        self.call.forget()
        return True

    @override
    def customer(self) -> uuid.UUID | None:
        return None if self.sheet is None else self.sheet.run.file.row.customer_id
