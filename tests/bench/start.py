"""Start the program on a workspace and leave once its window has painted rows."""

import gc
import sys
from pathlib import Path


def main(folder: Path) -> int:
    """Open the demo workspace, wait for the main window's first paint, close."""
    gc.disable()  # as desktop_app.__main__ does
    from PySide6.QtCore import QTimer

    from desktop_app.settings import load_settings
    from desktop_app.ui import app as application

    settings = load_settings()
    made = application.make_app(settings)
    program = application.Application(made, settings, folder)

    def look() -> None:
        window = program.window
        if window is not None and window.isVisible():
            window.repaint()
            made.quit()

    timer = QTimer()
    timer.timeout.connect(look)
    timer.start(5)
    QTimer.singleShot(0, program.start)
    made.exec()
    program.shut_down()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
