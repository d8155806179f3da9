"""The benchmark runs: a small world, every job once. What it measures is said by `make bench`."""

import json
from pathlib import Path

import pytest

from tests.bench.__main__ import main

JOBS = {
    "start-up",
    "start-up demo",
    "start-up demo whole",
    "sign-in",
    "import customers",
    "list page",
    "list jump",
    "search",
    "search many",
    "scan",
    "plan",
    "interview open",
    "interview keystroke",
    "Excel",
    "PDF",
}


def test_that_every_job_of_the_benchmark_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    figures = tmp_path / "figures.json"
    main(["--customers", "300", "--starts", "1", "--json", str(figures)])
    found = json.loads(figures.read_text(encoding="utf-8"))
    assert {job["job"] for job in found} == JOBS
    assert all(job["seconds"] > 0 and job["limit"] > 0 and job["goal"] > 1 for job in found)
    assert len(capsys.readouterr().out.splitlines()) == len(JOBS) + 1
