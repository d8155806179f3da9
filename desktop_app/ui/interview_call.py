"""The call in which an interview is held: what to know before it, its timer, its wrap-up."""

from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QObject

from db.vocabulary import AttemptResult
from desktop_app.i18n import _
from desktop_app.services import calls
from desktop_app.services.calls import BeforeCall
from desktop_app.ui.attempt_logger import AttemptLogger, keep_length
from desktop_app.ui.case_places import CaseTarget
from desktop_app.ui.tasks import Latest
from desktop_app.ui.wrap_up import WrapUp

if TYPE_CHECKING:  # the page is made of this
    from desktop_app.ui.pages.interview import InterviewPage


class InterviewCall(QObject):
    """*F9* times the call in the header; after it the strip below asks what it came to."""

    def __init__(self, page: "InterviewPage") -> None:
        super().__init__(page)
        self._page, self._reading = page, Latest()
        self.strip = WrapUp()
        self.strip.timer.hide()  # the one in the header counts
        self.strip.closed.connect(page.refocus)
        self.logger = AttemptLogger(page, self.strip)
        self.logger.logged.connect(self._on_logged)
        page.timer.changed.connect(self.keep_length)
        page.timer.turned.connect(self._on_turned)

    @property
    def case_id(self) -> UUID | None:
        """The case of the interview that is shown."""
        sheet = self._page.sheet
        return None if sheet is None else sheet.run.file.row.case_id

    def show_facts(self) -> None:
        """Read what to know of the case."""
        if self.case_id is not None:
            task = self._page.tasks.read(self._page, calls.before, self.case_id)
            self._reading.take(task).then(self._show)

    def _show(self, found: BeforeCall) -> None:
        if found.case_id == self.case_id:
            self._page.facts.call.show_facts(found)

    def _on_turned(self, is_running: bool) -> None:  # noqa: FBT001  (Qt's signal)
        """Begin the call, or hang up: then the result is asked for."""
        if not is_running:
            self.wrap_up(self._page.script.proposed())
        elif self.logger.is_open:
            self.strip.close_strip()

    def wrap_up(self, result: AttemptResult | None = None) -> None:
        """Open the strip, with the result that the script proposes."""
        sheet, case_id = self._page.sheet, self.case_id
        if sheet is None or case_id is None:
            return
        row = sheet.run.file.row
        name = row.customer or row.case_number
        self.logger.open(case_id, _("Contact with {name}").format(name=name))
        seconds = self._page.timer.seconds()
        if seconds is not None:
            self.strip.timer.take(seconds)
        if result is not None and self.strip.result() is None:
            self.strip.choose(result)

    def choose(self, number: int) -> None:
        """*Alt* with a digit, typed in the script, chooses a result in the strip that is open."""
        results = list(AttemptResult)
        if self.logger.is_open and 1 <= number <= len(results):
            self.strip.choose(results[number - 1])

    def _on_logged(self, case_id: UUID, and_next: bool) -> None:  # noqa: FBT001  (Qt's signal)
        self._page.timer.reset()
        self._page.script.forget()
        if and_next:
            self._page.navigate("case-file", CaseTarget(case_id, goes_on=True))

    def keep_length(self) -> None:
        """Keep the length so far, for the strip of the case."""
        page, case_id, seconds = self._page, self.case_id, self._page.timer.seconds()
        if case_id is not None and seconds and page.isVisible():
            page.tasks.write(page, keep_length, case_id, seconds).quiet()

    def forget(self) -> None:
        """Another interview is shown: what was typed is kept."""
        self.logger.leave(None)
