"""What this program is, where its files lie, and the end of a demo."""

import sys
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, qVersion
from PySide6.QtGui import QDesktopServices

from desktop_app import VERSION, paths
from desktop_app.i18n import _
from desktop_app.ui import dialogs
from desktop_app.ui.page import Page
from desktop_app.ui.pages.settings.section import Section
from desktop_app.ui.panels import Card, Facts, button, text_label

_WIDTH = 760


class AboutSection(Section):
    """Version, licences, folders; *Remove the demo* in a demo workspace."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self._files = page.context.files
        card = Card(_("Winback Desk"))
        python = f"{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"
        card.body.addWidget(
            Facts(
                [
                    (_("Version"), VERSION),
                    (_("Made with"), f"Python {python}, Qt {qVersion()}"),
                    (_("Workspace"), str(page.context.workspace)),
                    (_("Settings"), str(paths.settings_file())),
                    (_("Logs"), str(paths.log_dir())),
                ]
            )
        )
        card.setMaximumWidth(_WIDTH)
        licences = Card(_("Licences"))
        for line in (
            _("Free software under the Apache licence 2.0. Qt is used under the LGPL 3."),
            _("The bundled font Noto Sans SC is used under the SIL Open Font Licence 1.1."),
        ):
            licences.body.addWidget(text_label(line))
        licences.setMaximumWidth(_WIDTH)
        self.body.addWidget(card)
        self.body.addWidget(licences)
        self.add_buttons(
            [
                button(
                    _("Open the workspace folder"),
                    lambda: _open(page.context.workspace),
                    "folder",
                ),
                button(_("Open the log folder"), lambda: _open(paths.log_dir()), "folder"),
            ]
        )
        if self._files is not None and self._files.remove_demo is not None:
            self._add_demo()
        self.body.addStretch(1)

    def _add_demo(self) -> None:
        card = Card(_("This is the demo"))
        card.setMaximumWidth(_WIDTH)
        card.body.addWidget(
            text_label(
                _(
                    "Customers, orders and cases here are invented. When you have seen enough, "
                    "remove the demo and begin with a workspace of your own."
                )
            )
        )
        self.demo_button = button(_("Remove the demo…"), self._remove_demo, "delete", "danger")
        card.body.addWidget(self.demo_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addWidget(card)

    def _remove_demo(self) -> None:
        if self._files is None or self._files.remove_demo is None:
            return
        if dialogs.confirm(
            self,
            title=_("Remove the demo?"),
            text=_("The folder {folder} is deleted with everything in it.").format(
                folder=self._files.folder
            ),
            verb=_("Remove"),
            danger=True,
        ):
            self._files.remove_demo()


def _open(folder: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
