"""What was typed in an interview before a crash: offered in a notice, never taken by itself."""

from collections.abc import Iterable

from PySide6.QtCore import Qt

from desktop_app import labels
from desktop_app.i18n import _, ngettext
from desktop_app.ui import dialogs
from desktop_app.ui.case_panels import Notice
from desktop_app.ui.filling_run import FillingRun
from desktop_app.ui.interview_keeper import InterviewKeeper
from desktop_app.ui.interview_sheet import Typed


class RecoveredAnswers(Notice):
    """Says how many answers were typed and not saved; a button takes them over."""

    def __init__(self) -> None:
        super().__init__(_("Take it over"))
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.typed: tuple[Typed, ...] = ()

    def offer(self, typed: Iterable[Typed]) -> None:
        """Offer these; none hides the notice."""
        self.typed = tuple(typed)
        count = len(self.typed)
        text = ngettext(
            "{n} answer was typed and not saved, last at {time}. It is not lost.",
            "{n} answers were typed and not saved, last at {time}. They are not lost.",
            count,
        )
        newest = max((each.saved_at for each in self.typed), default=None)
        shown = "" if newest is None else text.format(n=count, time=labels.moment_text(newest))
        moved = _("Typed for “{question}”, which may stand elsewhere now: “{text}”.")
        told = [
            moved.format(question=each.moved, text=each.text) for each in self.typed if each.moved
        ]
        advice = [_("Put it where it belongs, then discard it here.")] if told else []
        self.say("\n".join([shown, *told, *advice]) if shown else "", can_act=count > len(told))

    def take_over(self, run: FillingRun) -> None:
        """Take everything over that still has a place; the rest stays on offer.

        What was typed for a question that may be another one by now is never taken over.
        """
        left = [
            each for each in self.typed
            if each.moved or not run.take_over(each.address, each.text)
        ]  # fmt: skip
        self.offer(left)

    def drop(self, address: str) -> bool:
        """A question was answered anew: that is newer than what was typed; whether it was here."""
        left = tuple(each for each in self.typed if each.address != address)
        is_less = left != self.typed
        if is_less:
            self.offer(left)
        return is_less

    def discard(self, keeper: InterviewKeeper) -> bool:
        """Ask, then forget everything; whether it was."""
        count = len(self.typed)
        is_wanted = dialogs.confirm(
            self.window(),
            title=_("Discard what was typed and not saved?"),
            text=ngettext("{n} answer is lost.", "{n} answers are lost.", count).format(n=count),
            verb=_("Discard"),
            danger=True,
        )
        if is_wanted:
            for each in self.typed:
                keeper.discard(each.address)
            self.offer(())
        return is_wanted
