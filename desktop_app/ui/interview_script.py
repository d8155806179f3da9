"""The script of a call in the place of the list of questions, beside a running interview.

What a step of the script puts into the interview is taken over by the window's own interview, so
that both stay the same.
"""

import re
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Qt

from db.vocabulary import AttemptResult
from desktop_app.i18n import language
from desktop_app.ui.filling_run import FillingRun
from desktop_app.ui.script_pane import ScriptPane

if TYPE_CHECKING:
    from desktop_app.ui.pages.interview import InterviewPage

_CODE: Final = re.compile(r"\((\w+)\)\s*$")


class InterviewScript(QObject):
    """Opens and closes the script; made when it is asked for first."""

    def __init__(self, page: "InterviewPage") -> None:
        super().__init__(page)
        self._page = page
        self.pane: ScriptPane | None = None
        self._run: FillingRun | None = None

    def toggle(self) -> None:
        """Show the script and put the keyboard into it; once more shows the list again."""
        page, left = self._page, self._page.view.left
        if page.sheet is None or page.run is None:
            return
        if self.pane is not None and left.currentWidget() is self.pane:
            self._close()
            return
        pane = self._made()
        left.setCurrentWidget(pane)
        if self._run is not page.run:
            self._run = page.run
            page.run.reworded.connect(self._speak)
            pane.follow(page.sheet.run.file.row.case_id, _spoken(page.run))
        pane.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def proposed(self) -> AttemptResult | None:
        """The result of the contact that the script proposes at its end."""
        return None if self.pane is None else self.pane.proposed()

    def forget(self) -> None:
        """Show no script any more."""
        self._run = None
        if self.pane is not None:
            self.pane.forget()
            self._page.view.left.setCurrentWidget(self._page.view.list)

    def _made(self) -> ScriptPane:
        if self.pane is None:
            self.pane = ScriptPane(self._page.tasks)
            self.pane.written.connect(self._take)
            self.pane.left.connect(self._page.refocus)
            self.pane.ended.connect(self._page.call.wrap_up)
            self.pane.numbered.connect(self._page.call.choose)
            self._page.view.left.addWidget(self.pane)
        return self.pane

    def _close(self) -> None:
        self._page.view.left.setCurrentWidget(self._page.view.list)
        self._page.refocus()

    def _speak(self) -> None:
        if self.pane is not None and self._run is not None:
            self.pane.speak(_spoken(self._run))

    def _take(self, interview_id: uuid.UUID, answers: Mapping[str, str]) -> None:
        run = self._page.run
        if run is not None and interview_id == self._page.interview_id:
            for address, value in answers.items():
                run.take_over(address, value)


def _spoken(run: FillingRun) -> str:
    """The language of an interview as the program calls it: ``zh`` of ``Chinese (zh)``."""
    found = _CODE.search(run.filling.language)
    return found[1] if found is not None else language()
