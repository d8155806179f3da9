"""Who looks after whom: orphans, handovers, key persons, rotation, exits."""

from functools import partial
from typing import ClassVar

from typing_extensions import override

from db.vocabulary import CustomerClass
from desktop_app import labels
from desktop_app.domain.permissions import Action, allowed
from desktop_app.domain.rates import Rate
from desktop_app.i18n import _
from desktop_app.services import charges
from desktop_app.services.charges import Coverage
from desktop_app.ui.charge_exits import ExitsPart
from desktop_app.ui.charge_handovers import HandoversPart
from desktop_app.ui.charge_orphans import OrphansPart
from desktop_app.ui.charge_part import ChargePart
from desktop_app.ui.charge_risks import KeyPersonsPart, RotationPart
from desktop_app.ui.lazy_tabs import LazyTabs
from desktop_app.ui.page import PageSpec
from desktop_app.ui.pages import page_spec
from desktop_app.ui.panels import PageHeader
from desktop_app.ui.tabbed_page import TabbedPage
from desktop_app.ui.tasks import Latest
from desktop_app.ui.theme import Tone

_GOOD = 0.9


class ChargesPage(TabbedPage[ChargePart]):
    """Five tabs; on top the share with a backup."""

    SPEC: ClassVar[PageSpec] = page_spec("charges")
    TABLES: ClassVar[frozenset[str]] = frozenset(
        {
            "holding", "handover", "handover_line", "customer", "staff_profile", "employee_exit",
            "app_user", "visit", "contact_attempt", "setting", "customer_stat",
        }
    )  # fmt: skip

    def build(self) -> None:
        """Make header and tabs."""
        self._latest = Latest()
        self.header = PageHeader(_("Who is in charge"))
        self.tabs = LazyTabs(_("Parts of who looks after whom"))
        self.tabs.add("orphans", _("Orphans"), partial(OrphansPart, self))
        self.tabs.add("handovers", _("Handovers"), partial(HandoversPart, self))
        if allowed(self.actor.role, Action.REPORT):
            self.tabs.add("key-persons", _("Key persons"), partial(KeyPersonsPart, self))
        self.tabs.add("rotation", _("Rotation"), partial(RotationPart, self))
        if allowed(self.actor.role, Action.REPORT):
            self.tabs.add("exits", _("Exits"), partial(ExitsPart, self))
        self.put_together(self.header)

    @override
    def load(self) -> None:
        self._latest.take(self.tasks.read(self, charges.coverage)).then(self._show_coverage)
        super().load()

    def _show_coverage(self, found: Coverage) -> None:
        chips = [(_("With a backup {share}").format(share=share_words(found.total)), Tone.NEUTRAL)]
        for klass in CustomerClass:
            rate = found.by_class[klass]
            if rate.n:
                text = f"{klass.value.upper()} {share_words(rate)}"
                chips.append((text, share_tone(rate)))
        self.header.set_chips(chips if found.total.n else [])


def share_words(rate: Rate) -> str:
    """A share with what it is made of."""
    return _("{share} (n = {n})").format(
        share=labels.percent(rate.share, 0), n=labels.number(rate.n)
    )


def share_tone(rate: Rate) -> Tone:
    """Tone of a share of customers with a backup."""
    return Tone.GOOD if (rate.share or 0) >= _GOOD else Tone.WARN
