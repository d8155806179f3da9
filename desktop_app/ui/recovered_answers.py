"""What was typed in an interview before a crash: offered in a notice, never taken by itself."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt

from desktop_app import labels
from desktop_app.i18n import _, ngettext
from desktop_app.questionnaire.form import Kind
from desktop_app.services import repeats
from desktop_app.ui import dialogs
from desktop_app.ui.case_panels import Notice
from desktop_app.ui.filling_run import FillingRun
from desktop_app.ui.interview_keeper import InterviewKeeper
from desktop_app.ui.interview_sheet import InterviewSheet, Typed

if TYPE_CHECKING:  # the page is made of this
    from desktop_app.ui.pages.interview import InterviewPage

_SHOWN: Final = 5
_BEGINNING: Final = 80


class RecoveredAnswers(Notice):
    """Shows what was typed and not saved; a button takes it over, only discarding loses it."""

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
        here = [each for each in self.typed if not each.is_moved]
        moved = _("Typed for “{question}”, which may stand elsewhere now: “{text}”.")
        told = [
            moved.format(question=each.question, text=each.words)
            for each in self.typed
            if each.is_moved
        ]
        advice = [_("Put it where it belongs, then discard it here.")] if told else []
        lines = [shown, *_beginnings(here), *told, *advice]
        self.say("\n".join(lines) if shown else "", can_act=bool(here))

    def entries_moved(self) -> None:
        """Instances of repeats came or went: what was typed in one may belong to another now."""
        if any("[" in each.address for each in self.typed):
            self.offer(
                replace(each, is_moved=each.is_moved or "[" in each.address) for each in self.typed
            )

    def is_in(self, instance: str) -> bool:
        """Whether something on offer belongs into an instance of a repeat."""
        return any(
            each.address.startswith(f"{instance}/") and not each.is_moved for each in self.typed
        )

    def take_over(self, run: FillingRun, keeper: InterviewKeeper) -> None:
        """Take everything over that still has a place, the oldest first; the rest stays on offer.

        Words go behind what was typed since; what cannot be joined is asked about. What was typed
        for a question that may be another one by now is never taken over.
        """
        taken = [
            each
            for each in sorted(self.typed, key=lambda each: each.saved_at)
            if not each.is_moved and self._take(run, each)
        ]
        for each in taken:
            keeper.discard(each.place)
        self.offer(each for each in self.typed if each not in taken)

    def _take(self, run: FillingRun, each: Typed) -> bool:
        if run.filling.node(each.address) is None:
            return False
        standing = run.filling.answer(each.address)
        if standing.startswith(each.text):
            return True  # it stands there already
        if not standing.strip() or each.text.startswith(standing):
            return run.take_over(each.address, each.text)
        if run.filling.question(each.address).kind is Kind.TEXT:
            return run.take_over(each.address, f"{standing} {each.text}")
        is_wanted = dialogs.confirm(
            self.window(),
            title=_("Replace the answer that was given since?"),
            text=_("{question}: before, “{text}” was typed and not saved.").format(
                question=each.question, text=each.words
            ),
            verb=_("Replace"),
            keep=_("Keep the present answer"),
        )
        return is_wanted and run.take_over(each.address, each.text)

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
            self.forget(keeper)
        return is_wanted

    def forget(self, keeper: InterviewKeeper) -> None:
        """Forget everything that is on offer for good."""
        for each in self.typed:
            keeper.discard(each.place)
        self.offer(())


def set_aside(page: "InterviewPage", sheet: InterviewSheet) -> bool:
    """Keep what was typed before apart, then load the page again; whether there is such."""
    loose = [each.place for each in sheet.typed if not each.is_aside]
    if loose:
        task = page.tasks.write(page, repeats.set_aside, sheet.run.file.row.id, loose).quiet()
        task.then(lambda _none: page.load())
        task.or_else(lambda error: page.show_failure(error.message))
    return bool(loose)


def _beginnings(typed: list[Typed]) -> list[str]:
    """The questions with the beginning of what was typed; of many the newest."""
    line = _("{question}: “{text}”")
    lines = []
    for each in typed[:_SHOWN]:
        words = " ".join(each.words.split())
        short = words if len(words) <= _BEGINNING else f"{words[:_BEGINNING]}…"
        lines.append(line.format(question=each.question, text=short))
    more = len(typed) - len(lines)
    if more:
        lines.append(ngettext("And {n} more.", "And {n} more.", more).format(n=more))
    return lines
