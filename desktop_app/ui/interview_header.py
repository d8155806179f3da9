"""The head of the page of an interview: whose it is, how it is held, what can be done."""

from typing import TYPE_CHECKING

from db.queries.interviews import InterviewRow
from db.vocabulary import InterviewMode, InterviewState
from desktop_app import labels
from desktop_app.domain.permissions import Action, allowed
from desktop_app.i18n import _, language
from desktop_app.ui import case_look
from desktop_app.ui.call_timer import CallTimer
from desktop_app.ui.designer_words import native_name
from desktop_app.ui.page import PageContext
from desktop_app.ui.panels import PageHeader, action_button
from desktop_app.ui.theme import Tone

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Actor


class InterviewHeader(PageHeader):
    """Title, chips and buttons; the timer of the call stands here."""

    def __init__(self, context: PageContext) -> None:
        self._row: InterviewRow | None = None
        self._is_paper = False
        self.timer = CallTimer()
        self.reopen_button = action_button(context, "interview.reopen")
        self.finish_button = action_button(context, "interview.finish", primary=True)
        self.tools = [
            action_button(context, "interview.note"),
            action_button(context, "interview.jump"),
        ]
        super().__init__(
            _("Exit interview"),
            buttons=[self.timer, *self.tools, self.reopen_button, self.finish_button],
            is_low=True,
        )
        self.shorten(self.tools)

    def show_row(self, row: InterviewRow, actor: "Actor", spoken: str) -> None:
        """Show whose interview it is and in which language, as the form writes it, it is held."""
        is_same = self._row is not None and self._row.id == row.id
        self._is_paper &= is_same and row.state is InterviewState.DRAFT
        self._row = row
        self.set_title(title_text(row))
        parts = (
            _("Case {number}").format(number=row.case_number),
            labels.label(row.kind),
            row.by,
            labels.moment_text(row.started_at),
            native_name(spoken),
        )
        self.set_subtitle(case_look.list_text(parts))
        self._show_chips(row)
        is_open = row.state is InterviewState.DRAFT
        may_work = allowed(actor.role, Action.WORK_CASE)
        self.timer.setVisible(is_open)
        self.show_tools(is_open and not self._is_paper)
        self.finish_button.setVisible(is_open and may_work)
        self.reopen_button.setVisible(not is_open and may_work)

    def _show_chips(self, row: InterviewRow) -> None:
        mode = InterviewMode.PAPER if self._is_paper else row.mode
        chips = [
            (labels.label(row.state), case_look.INTERVIEW_TONES[row.state]),
            (labels.label(mode), Tone.NEUTRAL),
        ]
        if row.review is not None:
            chips.append((labels.label(row.review), Tone.INFO))
        self.set_chips(chips)

    def show_paper(self, is_paper: bool) -> None:  # noqa: FBT001  (a property setter)
        """Say whether it is keyed in from paper now."""
        self._is_paper = is_paper
        if self._row is not None:
            self._show_chips(self._row)
        self.show_tools(not is_paper)

    def show_tools(self, is_shown: bool) -> None:  # noqa: FBT001  (a property setter)
        """Show what belongs to asking one question at a time, or hide it."""
        for made in self.tools:
            made.setVisible(is_shown)


def title_text(row: InterviewRow) -> str:
    """Which questionnaire, with whom."""
    title = row.title_zh if language().startswith("zh") else row.title_en
    return _("{questionnaire}: {name}").format(
        questionnaire=title or row.questionnaire, name=row.customer or row.case_number
    )
