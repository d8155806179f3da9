"""One window a workspace: a second start raises the first window and goes away."""

import hashlib
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_TIMEOUT_MS = 500
_RAISE = b"raise\n"


def server_name(folder: Path) -> str:
    """Name of the local server that guards a workspace."""
    digest = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()
    return f"winback-desk-{digest[:24]}"


def raise_running(folder: Path) -> bool:
    """Ask the program that has this workspace open to show itself; whether there is one."""
    socket = QLocalSocket()
    socket.connectToServer(server_name(folder))
    if not socket.waitForConnected(_TIMEOUT_MS):
        return False
    socket.write(_RAISE)
    is_told = socket.waitForBytesWritten(_TIMEOUT_MS)
    socket.disconnectFromServer()
    return is_told


class InstanceGuard(QObject):
    """Listens for other starts on the same workspace."""

    raise_wanted = Signal()

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connection)
        name = server_name(folder)
        if not self._server.listen(name):
            QLocalServer.removeServer(name)  # left by a program that was killed
            self._server.listen(name)

    def _on_connection(self) -> None:
        socket = self._server.nextPendingConnection()
        socket.readyRead.connect(self.raise_wanted)
        socket.disconnected.connect(socket.deleteLater)
        if socket.bytesAvailable():
            self.raise_wanted.emit()

    def close(self) -> None:
        """Stop listening."""
        self._server.close()
