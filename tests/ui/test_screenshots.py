"""The pictures: parts of pages that are named there exist."""

import pytest
from pytestqt.qtbot import QtBot

from db.session import Actor, Database
from desktop_app.ui import screenshots
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages import page_class, page_spec
from tests.ui.shop import Stage, fill


@pytest.mark.parametrize("page_id", sorted(screenshots._PARTS))
def test_that_every_part_in_a_picture_of_its_own_exists(
    qtbot: QtBot, context: PageContext, database: Database, admin: Actor, page_id: str
) -> None:
    fill(database, admin)
    for part in screenshots._PARTS[page_id]:
        page = Stage(qtbot, context).show(page_class(page_spec(page_id)), part)
        assert page.tabs.show_part(part), part
