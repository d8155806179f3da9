"""One window a workspace: a second start raises the first window and goes away.

It may name what the first window is to show, see `domain.addresses`.
"""

from pathlib import Path

from PySide6.QtCore import QCryptographicHash, QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_TIMEOUT_MS = 500
_RAISE = "raise"


def server_name(folder: Path) -> str:
    """Name of the local server that guards a workspace."""
    path = str(folder.resolve()).encode()  # by Qt: it is there already
    digest = QCryptographicHash.hash(path, QCryptographicHash.Algorithm.Sha256)
    return f"winback-desk-{bytes(digest.toHex().data()).decode()[:24]}"


def raise_running(folder: Path, address: str = "") -> bool:
    """Ask the program that has this workspace open to show itself, or what is at an address.

    Returns:
        Whether there is one.
    """
    socket = QLocalSocket()
    socket.connectToServer(server_name(folder))
    if not socket.waitForConnected(_TIMEOUT_MS):
        return False
    socket.write(f"{_RAISE} {address}\n".encode())
    is_told = socket.waitForBytesWritten(_TIMEOUT_MS)
    socket.disconnectFromServer()
    return is_told


class InstanceGuard(QObject):
    """Listens for other starts on the same workspace."""

    raise_wanted = Signal(str)
    """The window is to come to the front and show what is at an address, if one is given."""

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
        socket.readyRead.connect(self._read)
        socket.disconnected.connect(socket.deleteLater)
        self._read()

    def _read(self) -> None:
        """What the other starts say, each in one line."""
        for socket in self._server.findChildren(QLocalSocket):
            while socket.canReadLine():
                words = bytes(socket.readLine().data()).decode("utf-8", "replace")
                self.raise_wanted.emit(words.removeprefix(_RAISE).strip())

    def close(self) -> None:
        """Stop listening."""
        self._server.close()
