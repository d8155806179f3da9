"""The import contracts of `pyproject.toml` can fail: shown on a skeleton with planted imports."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.source_checks import ROOT

CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
ALLOWED = {
    "desktop_app/ui/tasks.py": "import db.session\n",
    "desktop_app/ui/app.py": "import db.session\n",
}


def contract_modules() -> set[str]:
    """Every module of ours that a contract names, with pages and reports made concrete."""
    names: set[str] = set()
    for contract in CONTRACTS["contracts"]:
        for key in ("layers", "source_modules", "forbidden_modules", "modules"):
            for entry in contract.get(key, []):
                names |= {name.strip() for name in entry.replace("|", ":").split(":")}
        for ignored in contract.get("ignore_imports", []):
            names |= {name.strip() for name in ignored.split("->")}
    concrete = {name.replace("*", letter) for name in names for letter in ("first", "second")}
    return {name for name in concrete if name.split(".")[0] in CONTRACTS["root_packages"]}


@pytest.fixture(scope="module")
def skeleton(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree with every module the contracts name, all empty but for what is allowed."""
    root = tmp_path_factory.mktemp("skeleton")
    (root / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    names = contract_modules()
    for name in names:
        parts = name.split(".")
        for length in range(1, len(parts)):
            package = root.joinpath(*parts[:length], "__init__.py")
            package.parent.mkdir(parents=True, exist_ok=True)
            package.touch()
        if any(other.startswith(f"{name}.") for other in names):
            continue
        file = root.joinpath(*parts).with_suffix(".py")
        file.write_text(ALLOWED.get(file.relative_to(root).as_posix(), ""), encoding="utf-8")
    return root


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    command = (
        "import sys; sys.path.insert(0, ''); from importlinter.cli import lint_imports_command; "
    )
    return subprocess.run(
        [sys.executable, "-P", "-c", f"{command}lint_imports_command()", "--no-cache"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )


def test_that_the_skeleton_keeps_every_contract(skeleton: Path) -> None:
    done = lint(skeleton)
    assert done.returncode == 0, done.stdout
    assert f"{len(CONTRACTS['contracts'])} kept, 0 broken" in done.stdout


@pytest.mark.parametrize(
    ("file", "planted", "contract"),
    [
        ("desktop_app/domain.py", "import desktop_app.services", "Layers point down"),
        ("db/models.py", "import db.session", "db is layered too"),
        ("db/base.py", "import desktop_app.i18n", "Layers point down"),
        ("desktop_app/services.py", "import PySide6.QtCore", "Only desktop_app.ui knows Qt"),
        ("desktop_app/domain.py", "import sqlalchemy", "Rules are pure"),
        ("desktop_app/ui/pages/first.py", "import db.session", "The interface never sees"),
        (
            "desktop_app/ui/pages/first.py",
            "import desktop_app.ui.pages.second",
            "Pages do not know each other",
        ),
        (
            "desktop_app/reports/catalogue/first.py",
            "import desktop_app.reports.catalogue.second",
            "Reports do not know each other",
        ),
    ],
)
def test_that_a_planted_import_breaks_its_contract(
    skeleton: Path, file: str, planted: str, contract: str
) -> None:
    target = skeleton / file
    before = target.read_text(encoding="utf-8")
    target.write_text(f"{before}{planted}\n", encoding="utf-8")
    try:
        done = lint(skeleton)
    finally:
        target.write_text(before, encoding="utf-8")
    assert done.returncode != 0
    broken = [line for line in done.stdout.splitlines() if "BROKEN" in line]
    assert any(contract in line for line in broken), done.stdout
