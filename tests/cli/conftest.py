"""Runs the command line as a person would, within the test's process."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from desktop_app.cli import app
from desktop_app.cli.state import Windows
from tests.conftest import little_work


@dataclass(frozen=True)
class Ran:
    """What one command gave."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as the one JSON document it must be."""
        return json.loads(self.out)

    @property
    def sentence(self) -> str:
        """Standard error, which must be one line and no traceback."""
        assert "Traceback" not in self.err
        lines = self.err.strip().splitlines()
        assert len(lines) == 1, self.err
        return lines[0]


Run = Callable[..., Ran]


def no_windows() -> Windows:
    def no_window(_folder: Path | None) -> int:
        return 0

    return Windows(
        no_window,
        lambda _folder, _workspace: [],
        lambda _folder: None,
        lambda _f: False,
        lambda _folder, _address: 0,
    )


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, quick_keys: None
) -> Run:
    """`run("list", "customers")`; gives status and both outputs."""
    monkeypatch.setenv("WINBACK_PASSWORD", "correct horse")

    def _run(*arguments: object, windows: Windows | None = None) -> Ran:
        capsys.readouterr()
        status = app.main([str(one) for one in arguments], windows or no_windows())
        captured = capsys.readouterr()
        return Ran(status, captured.out, captured.err)

    return _run


@pytest.fixture(scope="session")
def template_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new workspace, copied for each test."""
    from db import workspace

    folder = tmp_path_factory.mktemp("template") / "workspace"
    with little_work():
        opened, _code = workspace.create(folder, "admin", "Ada", "correct horse")
    opened.database.close()
    return folder


@pytest.fixture
def folder(template_workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty workspace of this test, named by the environment."""
    import shutil

    made = tmp_path / "ws"
    shutil.copytree(template_workspace, made)
    monkeypatch.setenv("WINBACK_WORKSPACE", str(made))
    return made


ORDERS = """订单号,客户编号,下单日期,金额,品类
{rows}
"""


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    """Orders of three customers: one stays, one lapses, one buys once."""
    rows = [
        f"A{day},K1,2026-{month:02d}-{day:02d},100.00,纸品"
        for month in range(1, 7)
        for day in (5, 15, 25)
    ]
    rows += [f"B{month},K2,2026-0{month}-10,50.50,文具" for month in range(1, 4)]
    rows += ["C1,K3,2026-02-01,10,文具"]
    file = tmp_path / "订单.csv"
    file.write_text(ORDERS.format(rows="\n".join(rows)), encoding="utf-8")
    return file
