from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from desktop_app import i18n
from installer import catalogue


def test_that_every_text_is_extracted_and_translated() -> None:
    assert catalogue.check() == [], "run `make translations`"


def test_that_every_language_but_english_has_a_catalogue() -> None:
    found = {file.parent.parent.name for file in catalogue.languages()}
    assert found == set(i18n.LANGUAGES) - {"en"}


def catalog_with(text: object, translation: object, *flags: str) -> Catalog:
    catalog = Catalog(locale="zh_CN")
    catalog.add(text, translation, flags=flags)
    return catalog


@pytest.mark.parametrize(
    ("text", "translation", "flags", "problem"),
    [
        ("Close", "", (), "is not translated"),
        ("Close", "关闭", ("fuzzy",), "is fuzzy"),
        ("Case {number}", "个案 {numer}", (), "has placeholders ['numer'], not ['number']"),
        ("Case {number}", "个案 {number", (), "has broken braces in '个案 {number'"),
        ("&File", "文件", (), "needs its mnemonic as in 文件(&F), not '文件'"),
        ("&File", "&文件", (), "needs its mnemonic as in 文件(&F), not '&文件'"),
        ("File", "文件(&F)", (), "has a mnemonic that the English text has not: '文件(&F)'"),
        (("{n} case", "{n} cases"), ("个案",), (), "has placeholders [], not ['n']"),
        (("{n} case", "{n} cases"), ("",), (), "is not translated"),
    ],
)
def test_that_a_bad_translation_is_found(
    text: object, translation: object, flags: tuple[str, ...], problem: str
) -> None:
    catalog = catalog_with(text, translation, *flags)
    assert catalogue.problems(catalog, catalog) == [f"{text!r} {problem}"]


@pytest.mark.parametrize(
    ("text", "translation"),
    [
        ("&File", "文件(&F)"),
        ("Case {number}", "{number} 号个案"),
        (("{n} case", "{n} cases"), ("{n} 个个案",)),
        ("Questions && answers", "问答"),
        ("R & D", "研发"),
    ],
)
def test_that_a_good_translation_is_accepted(text: object, translation: object) -> None:
    catalog = catalog_with(text, translation)
    assert catalogue.problems(catalog, catalog) == []


def test_that_missing_and_left_over_texts_are_found() -> None:
    found = catalogue.problems(catalog_with("Old", "旧"), catalog_with("New", ""))
    assert found == ["'New' is missing", "'Old' is not used any more"]


def test_that_extraction_finds_every_kind_of_mark(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        "x = N_('one')\ndef f(n): return _('two') + ngettext('three', 'threes', n)\n", "utf-8"
    )
    found = catalogue.extract(tmp_path)
    assert [message.id for message in found if message.id] == ["one", "two", ("three", "threes")]


def test_that_a_catalogue_is_written_the_same_every_time(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = N_('one')\ny = N_('{n} two')\n", encoding="utf-8")
    first = catalogue.rendered(catalogue.extract(tmp_path))
    assert first == catalogue.rendered(catalogue.extract(tmp_path))
    assert b"Date" not in first
    assert b"Babel" not in first


def test_that_an_update_keeps_translations_and_drops_what_is_gone(tmp_path: Path) -> None:
    file = tmp_path / "zh_CN" / "LC_MESSAGES" / "messages.po"
    file.parent.mkdir(parents=True)
    old = catalog_with("Kept", "保留")
    old.add("Gone", "消失")
    file.write_bytes(catalogue.rendered(old))
    template = catalog_with("Kept", "")
    template.add("New", "")
    updated = catalogue.update(file, template)
    assert {message.id: message.string for message in updated if message.id} == {
        "Kept": "保留",
        "New": "",
    }
