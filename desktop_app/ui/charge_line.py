"""The line of a customer card that says who looks after the customer."""

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QWidget

from db.vocabulary import HandoverCause, Seat
from desktop_app import labels
from desktop_app.domain.permissions import Action
from desktop_app.i18n import _
from desktop_app.services import charges, key_persons
from desktop_app.services.charges import Team
from desktop_app.services.key_persons import Reliance
from desktop_app.ui import theme
from desktop_app.ui.charge_columns import index_words
from desktop_app.ui.charge_flows import ChargeFlows, Whom
from desktop_app.ui.handover_work import HandoverTarget
from desktop_app.ui.lines import ShortLine
from desktop_app.ui.page import PageContext, Slots
from desktop_app.ui.panels import ChipLabel
from desktop_app.ui.tasks import Latest
from desktop_app.ui.theme import Tone

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Session

TABLES = frozenset({"holding", "handover", "staff_profile"})
"""Tables whose change concerns the line."""


@dataclass(frozen=True, slots=True)
class Charge:
    """Who looks after a customer, and on whom it hangs."""

    team: Team
    reliance: Reliance


def read_charge(session: "Session", customer_id: uuid.UUID) -> Charge:
    """What the line shows. Raises NotFoundError, NotAllowedError."""
    return Charge(
        charges.holders(session, customer_id), key_persons.of_customer(session, customer_id)
    )


def team_words(team: Team) -> str:
    """Who is in charge, since when, and who stands in."""
    if not team.primary:
        said = _("Nobody is in charge")
    elif team.since is None:
        said = _("In charge: {name}").format(name=team.primary)
    else:
        text = _("In charge: {name} since {day}")
        said = text.format(name=team.primary, day=labels.day_text(team.since))
    if team.next_on is not None:
        text = _("{sentence}, from {day} {name}")
        day = labels.day_text(team.next_on)
        said = text.format(sentence=said, day=day, name=team.next)
    parts = [said, _("Backup: {name}").format(name=team.backup or _("nobody"))]
    for each in team.overlaps:
        text = _("{name} until {day}")
        parts.append(text.format(name=each.user, day=labels.day_text(each.until)))
    return " · ".join(parts)


class ChargeLine(QWidget):
    """Who looks after the customer, with a warning where it hangs on one person."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context, self._tasks = context, context.tasks
        self._latest = Latest()
        self._whom: Whom | None = None
        self._charge: Charge | None = None
        self.flows = ChargeFlows(self, context)
        self.words = ShortLine("")
        theme.set_role(self.words, "hint")
        self.risk = ChipLabel()
        self.risk.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP_S)
        row.addWidget(self.risk)
        row.addWidget(self.words, 1)

    def show_customer(self, customer_id: uuid.UUID, name: str) -> None:
        """Read who looks after a customer."""
        whom = Whom((customer_id,), name)
        if whom != self._whom:
            self._charge = None
            self.words.setText(" ")
            self.risk.hide()
        self._whom = whom
        task = self._tasks.read(self, read_charge, customer_id)
        self._latest.take(task).then(self._show).or_else(lambda _error: None)

    def _show(self, charge: Charge) -> None:
        self._charge = charge
        self.words.setText(team_words(charge.team))
        found = charge.reliance
        self.risk.setVisible(found.is_key or not charge.team.primary)
        if not charge.team.primary:
            self.risk.show_word(_("Orphan"), Tone.BAD)
        elif found.is_key:
            text = _("Hangs on one person: {share}")
            self.risk.show_word(text.format(share=index_words(found.index)), Tone.WARN)

    def slots(self) -> Slots:
        """Somebody in charge, a backup, a handover: for who may."""
        whom, charge = self._whom, self._charge
        if whom is None or not self.flows.may(Action.HAND_OVER):
            return {}
        team = Team() if charge is None else charge.team
        cause = HandoverCause.OTHER if team.primary_id else HandoverCause.ORPHANS
        target = HandoverTarget(cause, team.primary_id, whom.ids)
        return {
            "charge.give": lambda: self.flows.give(whom, Seat.PRIMARY, team.primary_id),
            "charge.backup": lambda: self.flows.give(whom, Seat.BACKUP, team.backup_id),
            "handover.new": lambda: self._context.navigate("handover", target),
        }
