"""What everybody of the workspace shares."""

from desktop_app.i18n import _
from desktop_app.services import workspace_settings
from desktop_app.services.workspace_settings import WorkspaceSettings
from desktop_app.ui.page import Page
from desktop_app.ui.pages.settings.form_section import FormSection, Setting


class WorkspaceSection(FormSection):
    """Organisation, currency, classes, do-not-pursue."""

    def __init__(self, page: Page) -> None:
        super().__init__(
            page,
            Setting(
                "workspace-settings",
                _("Rules for all"),
                _("For everybody who works in this workspace."),
                WorkspaceSettings,
                workspace_settings.read,
                workspace_settings.change,
            ),
        )
