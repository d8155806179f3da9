"""Run every job and print one line each: seconds, raw limit, ratio, goal."""

import argparse
import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from tests.bench import interview_jobs, jobs, plan_job
from tests.bench.jobs import Result
from tests.bench.world import full_database, make_world


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and report; a missed goal is said, it does not fail the run."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--only", default="", help="jobs whose name contains this")
    parser.add_argument("--starts", type=int, default=5, help="how often the program is started")
    chosen = parser.parse_args(arguments)
    world = make_world(chosen.customers)
    results = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = full_database(folder, world)
        todo: dict[str, Callable[[], Result | list[Result]]] = {
            "start-up": lambda: jobs.start_up(folder, chosen.starts),
            "start-up demo": lambda: jobs.start_demo(folder, chosen.starts),
            "sign-in": lambda: jobs.sign_in(folder, chosen.starts),
            "import customers": lambda: jobs.import_customers(folder, world),
            "list page": lambda: jobs.list_page(database),
            "list jump": lambda: jobs.list_middle(database, world),
            "search": lambda: jobs.find(database),
            "search many": lambda: jobs.find_many(database),
            "scan": lambda: jobs.scan(database, world),
            "plan": lambda: plan_job.plan_year(folder, chosen.customers),
            "interview open": lambda: interview_jobs.interview_open(folder),
            "interview keystroke": lambda: interview_jobs.interview_key(folder),
            "excel": lambda: jobs.excel(database, folder),
            "pdf": lambda: jobs.pdf(folder, chosen.starts),
        }
        print(f"{'job':20} {'ours':>10} {'limit':>10} {'ratio':>7} {'goal':>6}")
        for title, job in todo.items():
            if chosen.only not in title:
                continue
            found = job()
            for result in found if isinstance(found, list) else [found]:
                results.append(result)
                _tell(result)
        database.close()
    if chosen.json:
        rows = [{**asdict(result), "ratio": result.ratio} for result in results]
        chosen.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")


def _tell(result: Result) -> None:
    missed = "  above the goal" if result.ratio > result.goal else ""
    print(
        f"{result.job:20} {result.seconds * 1000:8.1f}ms {result.limit * 1000:8.1f}ms"
        f" {result.ratio:6.1f}x {result.goal:5.1f}x  {result.note}{missed}"
    )


if __name__ == "__main__":
    main()
