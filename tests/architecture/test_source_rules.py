from functools import cache
from pathlib import Path

import pytest

from tests.architecture import source_checks as rules
from tests.architecture.source_checks import CHECKS, ROOT, SourceCheck

each_check = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
TEXT_FILES = {".py", ".md", ".toml", ".lock", ".sh", ".po", ".pot", ".yml", ".svg", ".qss", ".txt"}


pytestmark = pytest.mark.untraced


@cache
def problems() -> dict[str, list[str]]:
    """What each check finds in the source; every file is parsed once for all of them."""
    found: dict[str, list[str]] = {check.name: [] for check in CHECKS}
    for path, text in rules.sources():
        for check in CHECKS:
            found[check.name] += check.problems(path, text)
    return found


@each_check
def test_that_the_source_keeps_the_rule(check: SourceCheck) -> None:
    assert problems()[check.name] == []


@each_check
def test_that_a_planted_violation_is_found(check: SourceCheck) -> None:
    assert len(check.problems(check.where, check.planted)) == 1


@each_check
def test_that_the_home_of_the_rule_is_free(check: SourceCheck) -> None:
    for home in check.homes:
        path = f"{home}part/file.py" if home.endswith("/") else home
        assert check.problems(path, check.planted) == []


def test_that_there_is_source_to_check() -> None:
    assert len(list(rules.sources())) > 20


@pytest.mark.parametrize(
    "source",
    [
        "def f(x=_('a')): ...",
        "@decorate(_('a'))\ndef f(): ...",
        "TITLES = [ngettext('a', 'b', 1)]",
        "g = lambda x=_('a'): x",
        "if True:\n    T = _('a').format()",
    ],
)
def test_that_every_way_to_translate_at_import_is_found(source: str) -> None:
    assert len(list(rules.import_time_texts(rules.ast.parse(source)))) == 1


@pytest.mark.parametrize(
    "source", ["def f(): return _('a')", "g = lambda: _('a')", "class A:\n    def f(self): _('a')"]
)
def test_that_translating_later_is_allowed(source: str) -> None:
    assert list(rules.import_time_texts(rules.ast.parse(source))) == []


@pytest.mark.parametrize(
    "source", ["now = datetime.now", "x = dt.datetime.utcnow()", "t = time.time()"]
)
def test_that_every_source_of_time_is_found(source: str) -> None:
    assert len(list(rules.time_sources(rules.ast.parse(source)))) == 1


def test_that_the_clock_is_no_forbidden_source_of_time() -> None:
    tree = rules.ast.parse("a = clock.now(); b = clock.today(); c = time.perf_counter()")
    assert list(rules.time_sources(tree)) == []


def test_that_no_test_asks_the_day_when_it_is_collected() -> None:
    """It runs minutes later: on the next day, when midnight passes."""
    found = [
        f"{path}:{line} {what}"
        for path, text in rules.sources(["tests"])
        for line, what in rules.import_time_days(rules.ast.parse(text))
    ]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        "TODAY = clock.today()",
        "@mark([dt.datetime.now(UTC)])\ndef f(): ...",
        "class A:\n    d = now()",
    ],
)
def test_that_every_way_to_ask_the_day_at_import_is_found(source: str) -> None:
    assert len(list(rules.import_time_days(rules.ast.parse(source)))) == 1


def test_that_asking_the_day_later_is_allowed() -> None:
    tree = rules.ast.parse("def f(): return clock.today()\nx = field(default_factory=clock.now)")
    assert list(rules.import_time_days(tree)) == []


def test_that_writing_a_file_is_no_transaction() -> None:
    tree = rules.ast.parse("with open('f') as f:\n    f.write('x')\nstack.enter_context(d.write())")
    assert [line for line, _what in rules.write_transactions(tree)] == [3]


def test_that_no_form_files_and_no_vague_modules_exist() -> None:
    names = [file.relative_to(ROOT).as_posix() for file in rules.project_files()]
    assert [name for name in names if rules.unwanted_file(name)] == []


@pytest.mark.parametrize("name", ["desktop_app/ui/main.ui", "x/icons.qrc", "db/utils.py"])
def test_that_a_planted_file_is_found(name: str) -> None:
    assert rules.unwanted_file(name)


def test_that_no_file_names_a_machine_or_a_registry() -> None:
    found = [
        f"{file.relative_to(ROOT)}: {place}"
        for file in rules.project_files()
        if file.suffix in TEXT_FILES or file.name in {"Makefile", "run"}
        for place in rules.places(file.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "cd " + "/work/" + "main",
        "--index-url https://" + "pypi" + ".org/simple",
        '"' + "/home/" + 'anna/x"',
        "files." + "python" + "hosted.org",
    ],
)
def test_that_a_planted_place_is_found(text: str) -> None:
    assert len(rules.places(text)) == 1


def test_that_a_relative_path_is_no_place() -> None:
    assert rules.places("../shared/data, ui/work/list.py, /usr/bin/env, a/home/x") == []


def test_that_the_licence_of_the_font_is_beside_it() -> None:
    assert "SIL Open Font License" in Path(ROOT / "resources/fonts/OFL.txt").read_text("utf-8")
