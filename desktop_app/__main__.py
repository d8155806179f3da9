"""Start of the program: the command line, and what it needs of the window.

`winback` alone opens the window. Nothing of Qt is loaded before it is needed.
"""

import gc
import os
import sys
from pathlib import Path

from desktop_app.importing import CHILD_FLAG


def main() -> int:
    """Run what stands on the command line; gives the exit status."""
    if sys.argv[1:2] == [CHILD_FLAG]:  # the frozen program reading a foreign file
        from desktop_app.importing import child  # noqa: PLC0415

        return child.main()
    if not sys.argv[1:]:
        return _open_alone()
    from desktop_app.cli import app  # noqa: PLC0415
    from desktop_app.cli.state import Windows  # noqa: PLC0415

    windows = Windows(open_window, _screenshots, _check_window, _has_window, _show_place)
    return app.main(sys.argv[1:], windows)


def _open_alone() -> int:
    """Open the window, without the modules of the command line unless something is to be said."""
    try:
        return open_window(None)
    except BaseException as error:  # noqa: BLE001  (the thread of control ends here)
        from desktop_app.cli import app  # noqa: PLC0415

        return app.status_of(error)


def open_window(folder: Path | None) -> int:
    """The window, until it is closed; gives the exit status."""
    gc.disable()  # nothing of what is imported now becomes garbage; the window collects later
    from desktop_app.ui import app  # noqa: PLC0415

    return app.run(folder)


def _show_place(folder: Path, address: str) -> int:
    from desktop_app.ui.instance import raise_running  # noqa: PLC0415

    if raise_running(folder, address):
        return 0
    gc.disable()  # as above
    from desktop_app.ui import app  # noqa: PLC0415

    return app.run(folder, address)


def _screenshots(folder: Path, workspace: Path) -> list[Path]:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from desktop_app.ui import screenshots  # noqa: PLC0415

    return screenshots.run(folder, workspace)


def _check_window(workspace: Path) -> None:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from desktop_app.ui import app  # noqa: PLC0415

    app.open_and_close(workspace)


def _has_window(folder: Path) -> bool:
    try:
        from desktop_app.ui.instance import raise_running  # noqa: PLC0415
    except ImportError:  # without Qt there is no window either
        return False
    return raise_running(folder)


if __name__ == "__main__":
    raise SystemExit(main())
