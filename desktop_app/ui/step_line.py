"""Where one is among the steps of a wizard."""

from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from desktop_app.i18n import _
from desktop_app.ui import theme


class StepLine(QWidget):
    """The names of the steps, the present one marked."""

    def __init__(self, names: list[str]) -> None:
        super().__init__()
        self._labels: list[QLabel] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP_S)
        for number, name in enumerate(names):
            if number:
                arrow = QLabel("›")
                theme.set_role(arrow, "hint")
                row.addWidget(arrow)
            label = QLabel(f"{number + 1}  {name}")
            self._labels.append(label)
            row.addWidget(label)
        row.addStretch(1)
        self.show_step(0)

    def show_step(self, step: int) -> None:
        """Mark the present step."""
        for number, label in enumerate(self._labels):
            theme.set_role(label, "heading" if number == step else "hint")
        self.setAccessibleName(
            _("Step {n} of {all}: {name}").format(
                n=step + 1, all=len(self._labels), name=self._labels[step].text()
            )
        )
