"""How an interview ends, and what follows: finished, dropped, opened again, another one held."""

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from db.queries.interviews import InterviewRow
from db.vocabulary import CaseStage, InterviewState, QuestionnairePurpose
from desktop_app import labels
from desktop_app.errors import InvalidInputError, UserError
from desktop_app.i18n import _, ngettext
from desktop_app.services import double_entry, interview_drop, interview_end, interviews
from desktop_app.ui import paper_flows
from desktop_app.ui.case_places import CaseTarget
from desktop_app.ui.choice_strip import ChoiceStrip
from desktop_app.ui.interview_begin import InterviewBegin
from desktop_app.ui.interview_sheet import InterviewSheet, InterviewTarget
from desktop_app.ui.reopen_dialog import ask_reopen
from desktop_app.ui.why_chain import root_missing

if TYPE_CHECKING:  # the page is made of this
    from desktop_app.ui.pages.interview import InterviewPage


class InterviewEnding(QObject):
    """Asks in a strip of the page, by digits; only the reason for a change is asked in a dialog."""

    def __init__(self, page: "InterviewPage") -> None:
        super().__init__(page)
        self._page = page
        self.strip = ChoiceStrip()
        self.holding = InterviewBegin(page, self.strip)
        self.holding.started.connect(self._go)
        self._rootless = ""

    def forget(self) -> None:
        """Another interview is shown: nothing is asked any more."""
        self.holding.forget()
        self._rootless = ""

    def slots(self, sheet: InterviewSheet) -> dict[str, Callable[[], object]]:
        """What can be done with an interview as a whole."""
        page, row = self._page, sheet.run.file.row
        slots: dict[str, Callable[[], object]] = {
            "interview.print": lambda: paper_flows.ask_paper(
                page, row.case_id, row.questionnaire_id, row.case_number
            ),
            "interview.save": lambda: paper_flows.save_interview(page, row.id, row.case_number),
        }
        if page.run is not None:
            return slots | {"interview.finish": self.finish, "interview.drop": self.drop}
        if row.state is InterviewState.DRAFT:
            return slots
        slots |= page.double.slots(row, sheet.double, sheet.filling)
        if row.verifies_id is not None:
            return slots
        slots["interview.reopen"] = self.reopen
        if row.stage is not CaseStage.CLOSED:
            slots["interview.again"] = lambda: self._again(row)
        return slots

    # ------------------------------------------------------------------ finishing

    def finish(self) -> None:
        """Finish it, unless something stands in the way; a missing root reason is said once."""
        page = self._page
        page.leave()
        count = len(page.recover.typed)
        if page.run is None or not count:
            self._go_on()
            return
        text = ngettext(
            "{n} answer typed before and not saved is neither taken over nor discarded.",
            "{n} answers typed before and not saved are neither taken over nor discarded.",
            count,
        )
        choices = [(_("Look at it first"), page.refocus), (_("Discard and finish"), self._clear)]
        self.strip.ask(text.format(n=count), choices)

    def _clear(self) -> None:
        page = self._page
        if page.keeper is not None:
            page.recover.forget(page.keeper)
        self._go_on()

    def _go_on(self) -> None:
        page = self._page
        run, sheet = page.run, page.sheet
        if run is None or sheet is None:
            return
        row = sheet.run.file.row
        if row.verifies_id is not None:
            page.double.compare(row.id, run.filling)
            return
        if run.in_the_way():
            page.show_strip()
            return
        is_exit = row.purpose is QuestionnairePurpose.EXIT
        missing = root_missing(run.filling, run.layout.questions) if is_exit else ""
        if not missing or run.is_accepted(missing):
            self._finish_now()
        elif missing == self._rootless and self.strip.isVisible():
            self._leave_unknown(missing)
        else:
            self._rootless = missing
            self.strip.ask(
                _("The why-chain ends without a root reason."),
                [
                    (_("Name the root reason"), lambda: page.go_to(missing)),
                    (_("It is not known: finish"), lambda: self._leave_unknown(missing)),
                ],
            )

    def _leave_unknown(self, address: str) -> None:
        page = self._page
        self.strip.hide()
        if page.run is not None and page.interview_id is not None:
            page.run.accept(address)
            page.tasks.write(page, interviews.accept, page.interview_id, address).quiet()
            self._finish_now()

    def _finish_now(self) -> None:
        note = self._page.view.note.text()
        if note:
            self._page.notes.save(note, self._store)
        else:
            self._store()

    def _store(self) -> None:
        page = self._page
        if page.sheet is None or page.interview_id is None:
            return
        case_id = page.sheet.run.file.row.case_id
        page.timer.stop()
        seconds = page.timer.seconds()
        target = CaseTarget(case_id, None, seconds is not None, seconds)
        task = page.tasks.write(page, interview_end.finish, page.interview_id)
        task.then(lambda is_kept: self._on_finished(target, is_kept=is_kept))
        task.or_else(self._on_unfinished)

    def _on_finished(self, target: CaseTarget, *, is_kept: bool) -> None:
        self._page.navigate("case-file", target)
        if is_kept:
            text = _("The root reason set by hand stays. The why-chain leads to another one.")
            self._page.messages.info(text)

    def _on_unfinished(self, error: UserError) -> None:
        if isinstance(error, InvalidInputError) and error.problems:
            first = error.problems[0]
            self._page.strip.say(first.message, first.field)
        else:
            self._page.show_failure(error.message)

    # ------------------------------------------------------------------ dropping

    def drop(self) -> None:
        """Drop what was begun: at once when nobody has answered anything, else after a question."""
        page = self._page
        run, sheet = page.run, page.sheet
        if run is None or sheet is None:
            return
        page.leave()
        answers = sum(run.is_answered(each) for each in run.asked())
        if not (answers or page.recover.typed or page.view.note.text()):
            self._drop_now()
            return
        text = ngettext(
            "Drop this interview with {n} answer? Undo brings it back, but not what is typed and "
            "not saved.",
            "Drop this interview with {n} answers? Undo brings it back, but not what is typed and "
            "not saved.",
            answers,
        )
        choices = [(_("Keep it"), page.refocus), (_("Drop it"), self._drop_now)]
        self.strip.ask(text.format(n=answers), choices)

    def _drop_now(self) -> None:
        page = self._page
        if page.sheet is None:
            return
        row = page.sheet.run.file.row
        page.let_go()  # stored now, and nothing more is typed into it
        page.interview_id = None
        service = interview_drop.drop if row.verifies_id is None else double_entry.give_up
        task = page.tasks.write(page, service, row.id)
        task.then(lambda _none: page.navigate("case-file", row.case_id))
        task.or_else(lambda error: self._on_kept(row.id, error))

    def _on_kept(self, interview_id: uuid.UUID, error: UserError) -> None:
        self._page.show_record(interview_id)
        self._page.messages.error(error.message)

    # ------------------------------------------------------------------ after the end

    def ask_what_is_meant(self, row: InterviewRow, *, is_paper: bool) -> None:
        """An interview was to be held, and this one is finished: look, change, or a new one?"""
        day = labels.moment_text(row.finished_at)
        text = _("This interview was finished on {day}. What do you want to do?")
        if row.purpose is QuestionnairePurpose.EXIT:
            text = _(
                "The exit interview of this case was finished on {day}. What do you want to do?"
            )
        self.strip.ask(
            text.format(day=day),
            [
                (_("Look at it"), self._page.answers.start),
                (_("Change it, with a reason"), self.reopen),
                (_("Hold a new one"), lambda: self._again(row, is_paper=is_paper)),
            ],
        )

    def reopen(self) -> None:
        """Ask why it is changed, then take it up again."""
        if self._page.sheet is not None:
            ask_reopen(self._page, self._page.sheet.run.file.row.id)

    def _again(self, row: InterviewRow, *, is_paper: bool = False) -> None:
        """Hold another interview of the case with the same questionnaire."""
        self.holding.another(row.case_id, row.questionnaire_id, is_paper=is_paper)

    def _go(self, target: InterviewTarget | uuid.UUID) -> None:
        """Show another interview of the case that was begun."""
        if not isinstance(target, InterviewTarget):
            target = InterviewTarget(target)
        self._page.navigate("interview", target)
