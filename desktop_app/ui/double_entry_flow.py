"""Keying a paper a second time, and settling where the two keyings differ."""

import uuid
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject

from db.queries.interviews import InterviewRow
from db.vocabulary import InterviewMode
from desktop_app.errors import InvalidInputError, UserError
from desktop_app.i18n import ngettext
from desktop_app.questionnaire.filling import Filling
from desktop_app.questionnaire.paper_numbers import paper_numbers
from desktop_app.services import double_entry
from desktop_app.services.double_entry import Discrepancy, DoubleEntry
from desktop_app.ui.discrepancy_view import DiscrepancyView
from desktop_app.ui.interview_sheet import InterviewTarget
from desktop_app.ui.page import Page
from desktop_app.ui.paper_codes import read_code


class DoubleEntryFlow(QObject):
    """What the page of an interview does about second keyings; its view settles the differences."""

    def __init__(self, page: Page, view: DiscrepancyView, show: Callable[[], object]) -> None:
        super().__init__(page)
        self._page, self._tasks, self.view, self._show = page, page.tasks, view, show
        self._interview_id: uuid.UUID | None = None
        self._filling: Filling | None = None
        view.settled.connect(self._settle)

    def slots(
        self, row: InterviewRow, double: DoubleEntry | None, filling: Filling
    ) -> dict[str, Callable[[], object]]:
        """What can be done about a finished interview from paper."""
        if double is not None and double.is_keyed:
            return {"interview.compare": lambda: self.settle_differences(row.id, filling)}
        if row.mode is InterviewMode.PAPER and row.verifies_id is None:
            return {"interview.second": lambda: self.begin(row.id)}
        return {}

    def begin(self, interview_id: uuid.UUID) -> None:
        """Key a finished paper interview once more, by another person."""
        task = self._tasks.write(self._page, double_entry.begin, interview_id).quiet()
        task.then(lambda key: self._page.navigate("interview", InterviewTarget(key, is_paper=True)))

    def compare(self, interview_id: uuid.UUID, filling: Filling) -> None:
        """The second keying is complete: compare it with the first."""
        task = self._tasks.write(self._page, double_entry.compare, interview_id).quiet()
        task.then(lambda count: self._say_count(interview_id, filling, count))

    def _say_count(self, interview_id: uuid.UUID, filling: Filling, count: int) -> None:
        text = ngettext(
            "{n} difference between the two keyings.",
            "{n} differences between the two keyings.",
            count,
        )
        self._page.messages.info(text.format(n=count))
        self.settle_differences(interview_id, filling)

    def settle_differences(self, interview_id: uuid.UUID, filling: Filling) -> None:
        """Show what differs, one after the other."""
        self._interview_id, self._filling = interview_id, filling
        self._load()

    def _load(self) -> None:
        if self._interview_id is not None:
            task = self._tasks.read(self._page, double_entry.discrepancies, self._interview_id)
            task.then(self._on_found)

    def _on_found(self, found: Sequence[Discrepancy]) -> None:
        self._show()
        self.view.show_differences(found, self._read)

    def _read(self, address: str, text: str) -> str:
        filling = self._filling
        if filling is None or filling.node(address) is None:
            return text
        question = filling.question(address)
        choices = filling.choices(address) if question.choices is not None else ()
        return read_code(question, choices, paper_numbers(filling.form, question), text)

    def _settle(self, address: str, value: str, reason: str) -> None:
        if self._interview_id is None:
            return
        task = self._tasks.write(
            self._page, double_entry.settle, self._interview_id, address, value, reason
        )
        task.quiet().then(lambda _left: self._load())
        task.or_else(self._on_refused)

    def _on_refused(self, error: UserError) -> None:
        problems = error.problems if isinstance(error, InvalidInputError) else ()
        self.view.show_problem(problems[0].message if problems else error.message)
