"""Settings of this person on this machine; they show at once."""

from typing import cast

from PySide6.QtWidgets import QApplication, QVBoxLayout

from desktop_app import i18n
from desktop_app.i18n import _
from desktop_app.settings import Density, Theme, save_settings
from desktop_app.ui import theme
from desktop_app.ui.editors import ChoiceEditor
from desktop_app.ui.form import Form
from desktop_app.ui.page import Page
from desktop_app.ui.pages.settings.section import Section
from desktop_app.ui.panels import Card
from desktop_app.ui.parsed_editors import IntegerEditor

_SCALES = (80, 90, 100, 110, 125, 150, 175, 200)
_MAX_DAYS = 365
_WIDTH = 640


class ComputerSection(Section):
    """Language, light or dark, density, text size, reminder of backups."""

    def __init__(self, page: Page) -> None:
        super().__init__(page, _("For you on this machine. Everything shows at once."))
        self.form = Form()
        self.form.add("language", _("&Language"), ChoiceEditor(list(i18n.LANGUAGES.items())))
        self.form.add(
            "theme",
            _("&Colours"),
            ChoiceEditor(
                [
                    (Theme.SYSTEM, _("like the desktop")),
                    (Theme.LIGHT, _("light")),
                    (Theme.DARK, _("dark")),
                ]
            ),
        )
        self.form.add(
            "density",
            _("L&ines of lists"),
            ChoiceEditor([(Density.COMPACT, _("dense")), (Density.COMFORTABLE, _("airy"))]),
        )
        self.form.add(
            "text_scale",
            _("Size of &text"),
            ChoiceEditor([(scale, f"{scale} %") for scale in _SCALES]),
            help=_(
                "The scaling of the screen comes from the system; this makes only the text of "
                "this program larger or smaller."
            ),
        )
        self.form.add(
            "check_backup_days",
            _("&Remind of backups"),
            IntegerEditor(0, _MAX_DAYS, _("days after the last one; 0: never")),
        )
        card = Card(_("Look and language"))
        card.body.addWidget(self.form)
        card.setMaximumWidth(_WIDTH)
        holder = QVBoxLayout()
        holder.addWidget(card)
        self.body.addLayout(holder)
        self.body.addStretch(1)
        self._fill()
        self.form.editors["language"].changed.connect(self._change_language)
        for name in ("theme", "density", "text_scale"):
            self.form.editors[name].changed.connect(self._change_look)
        self.form.editors["check_backup_days"].changed.connect(self._change_reminder)

    def load(self) -> None:
        """Show what was changed by a key meanwhile."""
        self._fill()

    def _fill(self) -> None:
        settings = self.page.settings
        self.form.fill(
            {
                "language": i18n.language(),
                "theme": settings.theme,
                "density": settings.density,
                "text_scale": min(_SCALES, key=lambda one: abs(one - settings.text_scale)),
                "check_backup_days": settings.check_backup_days,
            }
        )

    def _change_look(self) -> None:
        values, settings = self.form.values(), self.page.settings
        settings.theme = values["theme"]
        settings.density = values["density"]
        settings.text_scale = values["text_scale"]
        save_settings(settings)
        theme.apply(cast("QApplication", QApplication.instance()), settings)

    def _change_reminder(self) -> None:
        days = self.form.values()["check_backup_days"]
        if isinstance(days, int) and 0 <= days <= _MAX_DAYS:
            self.page.settings.check_backup_days = days
            save_settings(self.page.settings)

    def _change_language(self) -> None:
        """The window is built anew in the other language; the action knows how."""
        if self.form.values()["language"] != i18n.language():
            self.context.actions.run("view.language")
