"""What Today says about offers: how many wait for one's yes, and what was decided on one's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from desktop_app import labels
from desktop_app.domain.permissions import Action, allowed
from desktop_app.i18n import _
from desktop_app.ui import theme
from desktop_app.ui.panels import button
from desktop_app.ui.tasks import Latest

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from uuid import UUID

    from db.session import Session
    from desktop_app.ui.page import Page


@dataclass(frozen=True, slots=True)
class News:
    """How many offers wait, and the decided ones: case and what is said of it."""

    waiting: int
    answered: "Sequence[tuple[UUID, str]]"


def read_news(session: "Session") -> News:
    """What waits for one's yes, and what others decided on one's own proposals."""
    from desktop_app.columns.offers import offer_words, state_words  # noqa: PLC0415  (see above)
    from desktop_app.services import access, offer_approvals  # noqa: PLC0415

    may = access.may(session, Action.APPROVE_OFFER)
    rows = offer_approvals.answered(session)
    return News(
        offer_approvals.count_waiting(session) if may else 0,
        [
            (
                row.case_id,
                f"{row.customer or row.case_number}: {offer_words(row.offer)} · {state_words(row)}",
            )
            for row in rows
        ],
    )


class OfferNotice(QWidget):
    """Two buttons that are there when there is something to say."""

    def __init__(self, page: "Page") -> None:
        super().__init__()
        self._page = page
        self._latest = Latest()
        self.waiting = button("", lambda: page.navigate("approvals"), "check-circle", "pill")
        self.answered = button("", self._open_menu, "offer", "pill")
        self._news = News(0, ())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP_S)
        for made in (self.waiting, self.answered):
            row.addWidget(made)
            made.hide()
        self.setVisible(self._concerns())

    def _concerns(self) -> bool:
        may = (Action.APPROVE_OFFER, Action.WORK_CASE)
        return any(allowed(self._page.actor.role, one) for one in may)

    def load(self) -> None:
        """Read what is new."""
        if self._concerns():
            self._latest.take(self._page.tasks.read(self, read_news)).then(self._show)

    def _show(self, news: News) -> None:
        self._news = news
        text = _("Approvals: {n}").format(n=labels.number(news.waiting))
        self.waiting.setText(text)
        self.waiting.setVisible(news.waiting > 0)
        text = _("Offers decided: {n}").format(n=labels.number(len(news.answered)))
        self.answered.setText(text)
        self.answered.setVisible(bool(news.answered))

    def _open_menu(self) -> None:
        if len(self._news.answered) == 1:
            self._page.navigate("case-file", self._news.answered[0][0])
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for case_id, text in self._news.answered:
            action = menu.addAction(text.replace("&", "&&"))
            action.triggered.connect(partial(self._go, case_id))
        menu.popup(self.answered.mapToGlobal(self.answered.rect().bottomLeft()))

    def _go(self, case_id: "UUID", _checked: object = None) -> None:
        self._page.navigate("case-file", case_id)
