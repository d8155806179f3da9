"""What Today says about promises, complaints and recoveries: how many are late, due or soon due."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop_app.i18n import _, ngettext
from desktop_app.ui.case_look import list_text
from desktop_app.ui.panels import button
from desktop_app.ui.tasks import Latest

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.queries.follow_up import DueCount
    from db.session import Session
    from desktop_app.ui.page import Page

NOTICE_TABLES = frozenset({"promise", "complaint", "recovery", "recovery_step"})


def read_due(session: "Session") -> "DueCount":
    """What one has to keep; see `promises.due_for`."""
    from desktop_app.services import promises  # noqa: PLC0415  (behind the first paint)

    return promises.due_for(session)


def due_words(due: "DueCount") -> str:
    """What is late or due today, else what is due soon; empty when nothing is."""
    late = ngettext("{n} promise overdue", "{n} promises overdue", due.overdue)
    today = ngettext("{n} due today", "{n} due today", due.today)
    soon = ngettext("{n} promise soon due", "{n} promises soon due", due.soon)
    if not due.pressing:
        return soon.format(n=due.soon) if due.soon else ""
    return list_text(
        (
            late.format(n=due.overdue) if due.overdue else "",
            (today if due.overdue else _("Promises: {n} due today")).format(n=due.today)
            if due.today
            else "",
        )
    )


class PromiseNotice(QWidget):
    """A button that is there when one has something to keep; it opens one's own promises."""

    def __init__(self, page: "Page") -> None:
        super().__init__()
        self._page = page
        self._latest = Latest()
        self.due = button("", lambda: page.navigate("promises", "mine"), "promise", "pill")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.due)
        self.due.hide()

    def load(self) -> None:
        """Read what is due."""
        task = self._page.tasks.read(self, read_due)
        self._latest.take(task).then(self._show)

    def _show(self, due: "DueCount") -> None:
        text = due_words(due)
        self.due.setText(text)
        self.due.setVisible(bool(text))
