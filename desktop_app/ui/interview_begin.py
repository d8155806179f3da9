"""An interview is begun: which questionnaire is meant, which version a paper is of."""

import uuid
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop_app.i18n import _, language
from desktop_app.services import interviews
from desktop_app.services.interviews import Holdable
from desktop_app.ui import paper_flows
from desktop_app.ui.choice_strip import ChoiceStrip
from desktop_app.ui.interview_sheet import InterviewTarget
from desktop_app.ui.tasks import Latest

if TYPE_CHECKING:  # a page is made of this, not the other way round
    from db.queries.questionnaires import QuestionnaireRow
    from desktop_app.ui.page import Page


class InterviewBegin(QObject):
    """Begins interviews of cases; where several questionnaires are in use, a digit chooses one."""

    started = Signal(object)
    """Key of an interview to hold now, or an `InterviewTarget`."""

    def __init__(self, page: "Page", strip: ChoiceStrip | None = None) -> None:
        """Make it.

        Args:
            page: Whose tasks it uses.
            strip: Where it asks; without one at the lower edge of the page.
        """
        super().__init__(page)
        self._page = page
        self._is_placed = strip is not None
        self.strip = strip or ChoiceStrip()
        self.strip.setParent(self.strip.parentWidget() or page)
        self._case_id: uuid.UUID | None = None
        self._asking = Latest()

    def forget(self) -> None:
        """Another case is shown: nothing is asked any more."""
        self._case_id = None
        self.strip.hide()

    def begin(self, case_id: uuid.UUID, *, is_paper: bool = False, is_any: bool = False) -> None:
        """Hold an interview or go on with it; after a finished one ask what is meant.

        Args:
            case_id: The case.
            is_paper: Whether it is keyed in from paper, which may be of any questionnaire.
            is_any: Whether other questionnaires than those of exit interviews are offered.
        """
        then = partial(self._look, case_id, is_paper=is_paper)
        self._choose(case_id, then, is_exit=not (is_paper or is_any))

    def another(
        self, case_id: uuid.UUID, wanted: uuid.UUID | None = None, *, is_paper: bool = False
    ) -> None:
        """Hold one more, whatever was finished.

        Args:
            case_id: The case.
            wanted: The questionnaire, if it is known and still in use.
            is_paper: Whether it is keyed in from paper.
        """
        self._choose(case_id, partial(self._start, case_id, is_paper=is_paper), wanted)

    def print_paper(self, case_id: uuid.UUID, number: str) -> None:
        """Write a form for filling in by hand."""

        def ask(which: uuid.UUID | None) -> None:
            paper_flows.ask_paper(self._page, case_id, which, number)

        self._choose(case_id, ask)

    # ------------------------------------------------------------------ parts

    def _choose(
        self,
        case_id: uuid.UUID,
        then: Callable[[uuid.UUID | None], object],
        wanted: uuid.UUID | None = None,
        *,
        is_exit: bool = False,
    ) -> None:
        def ask(found: Holdable) -> None:
            if case_id == self._case_id:
                self._ask(found, found.exits if is_exit else found.rows, then, wanted)

        self._case_id = case_id
        task = self._page.tasks.read(self._page, interviews.holdable, case_id)
        self._asking.take(task).then(ask)

    def _ask(
        self,
        found: Holdable,
        rows: tuple["QuestionnaireRow", ...],
        then: Callable[[uuid.UUID | None], object],
        wanted: uuid.UUID | None,
    ) -> None:
        if len(rows) < 2:  # noqa: PLR2004  (nothing to ask)
            then(None)
            return
        if wanted in {row.id for row in rows}:
            then(wanted)
            return
        if not self._is_placed:
            self._is_placed = True
            self._page.body.addWidget(self.strip)
        text = _("Case {number}: with which questionnaire?").format(number=found.number)
        choices = [(row.title(language()), partial(then, row.id)) for row in rows]
        self.strip.ask(text, choices, self._page.setFocus)

    def _look(self, case_id: uuid.UUID, which: uuid.UUID | None, *, is_paper: bool = False) -> None:
        def go(held: uuid.UUID | None) -> None:
            if held is None:
                self._start(case_id, which, is_paper=is_paper)
            else:
                self.started.emit(InterviewTarget(held, is_paper=is_paper, is_asked=True))

        self._page.tasks.read(self._page, interviews.held_already, case_id, which).then(go)

    def _start(
        self, case_id: uuid.UUID, which: uuid.UUID | None, *, is_paper: bool = False
    ) -> None:
        page = self._page
        if is_paper:
            paper_flows.ask_transcription(
                page, case_id, which,
                lambda key: self.started.emit(InterviewTarget(key, is_paper=True)),
            )  # fmt: skip
        else:
            task = page.tasks.write(page, interviews.start, case_id, questionnaire_id=which)
            task.quiet().then(self.started.emit)
