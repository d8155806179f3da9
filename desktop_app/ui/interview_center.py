"""The middle of a running interview: progress, the current screen, the note, the buttons."""

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QProgressBar

from desktop_app.i18n import _, ngettext
from desktop_app.ui import theme
from desktop_app.ui.filling_run import FillingRun
from desktop_app.ui.folding import ShortButtons
from desktop_app.ui.note_bar import NoteBar
from desktop_app.ui.panels import Card, button, text_label
from desktop_app.ui.screen_pane import ScreenPane


class InterviewCenter(Card):
    """What is asked now, and how far the interview is."""

    def __init__(
        self,
        previous: Callable[[], object],
        mark: Callable[[], object],
        following: Callable[[], object],
    ) -> None:
        super().__init__()
        self.setAccessibleName(_("Current question"))
        self.pane = ScreenPane()
        self.note = NoteBar()
        self.progress_text = text_label("", "hint", wraps=False)
        self.progress = QProgressBar(textVisible=False)
        self.progress.setAccessibleName(_("Progress"))
        self.previous_button = button(_("Previous question"), previous, "chevron-up")
        self.previous_button.setToolTip(_("Previous question  Shift+Tab"))
        self.mark_button = button(_("Come back to this"), mark, "flag")
        self.mark_button.setCheckable(True)
        self.mark_button.setToolTip(_("Come back to this  Ctrl+M"))
        self.next_button = button(_("Next question"), following, "chevron-down", "primary")
        self.next_button.setToolTip(_("Next question  Enter or Tab"))
        self.body.addWidget(self.progress_text)
        self.body.addWidget(self.progress)
        self.body.addSpacing(theme.GAP_S)
        self.body.addWidget(self.pane, 1)
        self.body.addWidget(self.note)
        row = QHBoxLayout()
        row.setSpacing(theme.GAP_S)
        row.addWidget(self.previous_button)
        row.addWidget(self.mark_button)
        row.addStretch(1)
        row.addWidget(self.next_button)
        self.body.addLayout(row)
        buttons = (self.previous_button, self.mark_button)
        ShortButtons(self, buttons, lambda: row.sizeHint().width() + 2 * theme.GAP_M)

    def show_progress(self, run: FillingRun, current: str, *, is_first: bool) -> None:
        """Say how many questions there are, have an answer, and are marked."""
        asked = run.asked()
        answered = sum(run.is_answered(each) for each in asked)
        self.progress.setRange(0, max(len(asked), 1))
        self.progress.setValue(answered)
        questions = run.layout.questions
        parts = []
        if current in run.layout.places:
            at = questions.index(current) + 1
            parts.append(_("Question {at} of {all}").format(at=at, all=len(questions)))
        parts.append(ngettext("{n} answered", "{n} answered", answered).format(n=answered))
        if run.marks:
            count = len(run.marks)
            parts.append(ngettext("{n} marked", "{n} marked", count).format(n=count))
        self.progress_text.setText(" · ".join(parts))
        self.mark_button.setChecked(current in run.marks)
        self.mark_button.setEnabled(bool(current))
        self.previous_button.setEnabled(not is_first)
