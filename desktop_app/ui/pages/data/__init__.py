"""The data page: import files, copies of the workspace, the journal with undo."""

from desktop_app.ui.pages.data.page import DataPage

__all__ = ["DataPage"]
