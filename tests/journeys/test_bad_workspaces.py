"""A workspace that cannot be opened: the sign-in says why, stays, and changes nothing."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from db import keys, migrate, workspace
from db.session import open_file
from desktop_app import i18n
from desktop_app.settings import Settings
from desktop_app.ui.background import Background
from desktop_app.ui.sign_in import SignInDialog

PASSWORD = "geheim-123"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bad") / "shop"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "OPS", 1)
        patch.setattr(keys, "MEMORY", 8 * 1024 * 1024)
        opened, _code = workspace.create(folder, "li", "李娜", PASSWORD)
        opened.database.close()
    return folder


@pytest.fixture
def background(qapp: QApplication) -> Iterator[Background]:
    made = Background()
    yield made
    made.shutdown()
    made.deleteLater()


def _damaged(folder: Path) -> Path:
    path = folder / workspace.DATABASE
    data = bytearray(path.read_bytes())
    for at in range(64, 4096, 97):
        data[at] ^= 0xFF
    path.write_bytes(data)
    return folder


def _newer(folder: Path) -> Path:
    path = folder / workspace.DATABASE
    key = keys.open_key(keys.load(folder / keys.KEYS), "li", PASSWORD)
    with closing(open_file(path, key)) as connection:
        connection.execute(f"PRAGMA user_version={migrate.SCHEMA + 1}")
        connection.commit()
    return folder


def _shared(folder: Path) -> Path:
    place = folder.parent / "OneDrive - 公司" / "shop"
    shutil.copytree(folder, place)
    return place


def _gone(folder: Path) -> Path:
    (folder / workspace.DATABASE).unlink()
    return folder


BAD: dict[str, tuple[Callable[[Path], Path], str, str]] = {
    "damaged": (_damaged, "decrypted", "解密"),
    "newer": (_newer, "newer", "新"),
    "shared": (_shared, "network", "网络"),
    "gone": (_gone, "not a workspace", "不是"),
}


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("kind", BAD)
def test_that_the_sign_in_says_why(
    qtbot: QtBot, background: Background, shop: Path, tmp_path: Path, kind: str, language: str
) -> None:
    spoil, english, chinese = BAD[kind]
    shutil.copytree(shop, tmp_path / "shop")
    folder = spoil(tmp_path / "shop")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    i18n.set_language(language)
    dialog = SignInDialog(Settings(language=language), background, folder)
    qtbot.addWidget(dialog)
    opened: list[object] = []
    dialog.signed_in.connect(opened.append)
    dialog.show()
    qtbot.waitUntil(lambda: dialog.login.value() == "li")
    dialog.password.set_value(PASSWORD)
    dialog.enter_button.click()
    qtbot.waitUntil(lambda: bool(dialog.form.problems()), timeout=20_000)
    sentence = " ".join(dialog.form.problems().values())
    assert (english if language == "en" else chinese) in sentence
    assert "Traceback" not in sentence
    assert opened == []
    assert dialog.isVisible()
    assert dialog.pages.isEnabled()
    after = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert {path: data for path, data in after.items() if path in before} == before
