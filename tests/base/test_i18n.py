import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from desktop_app import i18n
from desktop_app.i18n import N_, _, in_language, ngettext

PO = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

msgid "Case {number}"
msgstr "个案 {number}"

msgid "{n} case"
msgid_plural "{n} cases"
msgstr[0] "{n} 个个案"
"""


def test_that_a_text_is_shown_in_the_language_set() -> None:
    assert _("Agent") == "Agent"
    i18n.set_language("zh_CN")
    assert _("Agent") == "专员"
    assert i18n.language() == "zh_CN"


def test_that_an_unknown_or_empty_text_stays_as_it_is(chinese: None) -> None:
    assert _("never translated at all") == "never translated at all"
    assert _("") == ""


def test_that_a_marked_text_is_not_translated_yet(chinese: None) -> None:
    assert N_("Agent") == "Agent"


def test_that_in_language_ends_with_its_block() -> None:
    with in_language("zh_CN"):
        assert _("Agent") == "专员"
        with in_language("en"):
            assert _("Agent") == "Agent"
        assert i18n.language() == "zh_CN"
    assert _("Agent") == "Agent"


def test_that_in_language_does_not_reach_other_threads() -> None:
    seen: list[str] = []
    with in_language("zh_CN"):
        thread = threading.Thread(target=lambda: seen.append(_("Agent")))
        thread.start()
        thread.join()
    assert seen == ["Agent"]


def test_that_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown language 'xx'"):
        i18n.set_language("xx")
    with pytest.raises(ValueError, match="unknown language"), in_language("xx"):
        pass


def test_that_english_has_singular_and_plural() -> None:
    assert ngettext("{n} case", "{n} cases", 1).format(n=1) == "1 case"
    assert ngettext("{n} case", "{n} cases", 2).format(n=2) == "2 cases"


def test_that_a_catalogue_is_compiled_when_the_compiled_file_is_missing_or_old(
    tmp_path: Path,
) -> None:
    po = tmp_path / "messages.po"
    po.write_text(PO, encoding="utf-8")
    catalogue = i18n.read_catalogue(po)
    assert catalogue.gettext("Case {number}") == "个案 {number}"
    assert catalogue.ngettext("{n} case", "{n} cases", 1) == "{n} 个个案"

    po.with_suffix(".mo").write_bytes(b"not a catalogue")
    os.utime(po.with_suffix(".mo"), (1, 1))
    assert i18n.read_catalogue(po).gettext("Case {number}") == "个案 {number}"


def test_that_a_current_compiled_catalogue_is_used(tmp_path: Path) -> None:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    po = tmp_path / "messages.po"
    po.write_text(PO, encoding="utf-8")
    with po.open("rb") as text, po.with_suffix(".mo").open("wb") as compiled:
        write_mo(compiled, read_po(text))
    po.write_text("broken", encoding="utf-8")
    os.utime(po, (1, 1))
    assert i18n.read_catalogue(po).gettext("Case {number}") == "个案 {number}"


def test_that_a_missing_catalogue_leaves_texts_english(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(i18n, "locale_dir", lambda: tmp_path)
    i18n._catalogue.cache_clear()
    try:
        with in_language("zh_CN"):
            assert _("Agent") == "Agent"
    finally:
        i18n._catalogue.cache_clear()
    assert "no catalogue for zh_CN" in caplog.text


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh_CN"),
        ({"LANG": "zh_TW"}, "zh_CN"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "C", "LC_MESSAGES": "zh_CN"}, "zh_CN"),
        ({}, "en"),
    ],
)
def test_that_the_system_decides_the_first_language(
    variables: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert i18n.system_language() == expected
    i18n.set_language(None)
    assert i18n.language() == expected


def test_that_the_system_is_asked_when_no_language_was_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(i18n._Process, "language", None)
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert i18n.language() == "zh_CN"


def test_that_importing_texts_stays_light() -> None:
    code = "import sys, desktop_app.i18n, desktop_app.clock, desktop_app.paths; print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"babel", "pydantic", "sqlalchemy", "PySide6", "openpyxl"} & set(found.stdout.split())
    assert heavy == set()


def test_that_a_frozen_program_looks_beside_itself(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert i18n.locale_dir() == tmp_path / "resources" / "locale"
