"""Run under strace: forks a child for each kill point; each writes until it is killed.

`python killed_child.py TEMPLATE FOLDER POINTS`, each of the points `kind:first:step:count`. strace
kills a process at its call number `FATAL` of a kind; a child that is to die at its own call
number n first makes `FATAL` - n calls that change nothing. So one start of Python serves all.
"""

import os
import random
import shutil
import sys
from contextlib import suppress
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import configure_mappers

from db import backup, journal, search, undo
from db.models import ChangeSet, Contact, Customer, ImportJob, Order
from db.session import SYSTEM, Database

FATAL = 700
IDLE = {
    "pwrite64": lambda file: os.pwrite(file, b"x", 0),
    "fsync": os.fsync,
    "ftruncate": lambda file: os.ftruncate(file, 1),
    "unlink": lambda _file: in_vain(os.unlink, "nowhere"),
    "rename": lambda _file: in_vain(os.rename, "nowhere", "nowhere too"),
}


def in_vain(call, *names):
    with suppress(FileNotFoundError):
        call(*names)


KEY = bytes(range(32))


def work(path: Path, acknowledge: int) -> None:
    """Named writes of every kind, each acknowledged after it was committed."""
    database = Database(path, KEY)
    source = random.Random(1)
    for number in range(2):
        for write in (add, edit, bulk, load, take_back):
            with database.write(SYSTEM) as session:
                journal.name_change(session, write.__name__)
                write(session, source, number)
            os.write(acknowledge, f"{session.info['changes'].change_set_id}\n".encode())
        if number == 0:
            backup.make_backup(database)
            os.write(acknowledge, b"backup\n")
    database.close()


def add(session, source, number):
    customer = Customer(number=f"A{number}", name="客户")
    session.add(customer)
    session.flush()
    session.add(Contact(customer_id=customer.id, name="甲"))


def edit(session, source, number):
    for one in session.scalars(select(Customer)):
        one.note = f"note {number}"


def bulk(session, source, number):
    rows = [{"number": f"B{number}-{n}", "name": "客户", "note": "x" * 99} for n in range(12)]
    keys = journal.bulk_insert(session, Customer, rows)
    journal.bulk_insert(session, Contact, [{"customer_id": key, "name": "乙"} for key in keys])


def load(session, source, number):
    job = ImportJob(kind="orders", file_name="f", digest="d", rows=20)
    session.add(job)
    session.flush()
    journal.mark_import(session, job.id)
    keys = session.scalars(select(Customer.id)).all()
    orders = [
        {"customer_id": source.choice(keys), "number": str(n), "day": 739_000 + n, "amount": n}
        for n in range(20)
    ]
    journal.insert_facts(session, Order, orders)


def take_back(session, source, number):
    title = "load" if number % 2 else "edit"
    wanted = ChangeSet.title == title, ChangeSet.undone_by.is_(None)
    newest = select(ChangeSet.id).where(*wanted).order_by(ChangeSet.seq.desc()).limit(1)
    undo.undo(session, session.scalars(newest).one())


def run(template: Path, place: Path, kind: str, call: int) -> bool:
    """Fork a child that dies at its call of a kind; whether it did."""
    place.mkdir(parents=True)
    shutil.copy(template, place / "k.db")
    child = os.fork()
    if child == 0:
        idle = os.open(place / "idle", os.O_RDWR | os.O_CREAT)
        for _ in range(FATAL - call):
            IDLE[kind](idle)
        acknowledge = os.open(place / "acks", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        work(place / "k.db", acknowledge)
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status):
        (place / "finished").write_text(str(os.waitstatus_to_exitcode(status)), "ascii")
    return os.WIFSIGNALED(status)


def main() -> None:
    template, folder = Path(sys.argv[1]), Path(sys.argv[2])
    search.tokens("客户")  # loads its dictionary once for all children
    configure_mappers()
    for points in sys.argv[3:]:
        kind, first, step, count = points.split(":")
        for index in range(int(count)):
            call = int(first) + index * int(step)
            if not run(template, folder / kind / f"{call:05}", kind, call):
                break


if __name__ == "__main__":
    main()
