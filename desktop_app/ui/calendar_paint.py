"""How the calendar is painted: quiet cells, one line an item, a sign beside every colour."""

import datetime as dt
from functools import cache
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPixmap

from desktop_app import labels
from desktop_app.domain.agenda import ItemKind, Load, View
from desktop_app.i18n import _, ngettext
from desktop_app.services.agenda_board import AgendaItem
from desktop_app.ui import calendar_sheet, theme
from desktop_app.ui.calendar_layout import CellBox, Picture
from desktop_app.ui.calendar_sheet import Sheet
from desktop_app.ui.theme import Tone

_ICONS: Final = {
    ItemKind.ABSENCE: "door",
    ItemKind.VISIT: "visits",
    ItemKind.CALL: "call",
    ItemKind.CALLBACK: "clock",
    ItemKind.PROMISE: "promise",
    ItemKind.RENEWAL: "refresh",
    ItemKind.TASK: "check",
}
_TONES: Final = {
    ItemKind.VISIT: Tone.ACCENT,
    ItemKind.CALL: Tone.INFO,
    ItemKind.CALLBACK: Tone.INFO,
}
_ICON: Final = 12
_BAR: Final = 3
_PAD: Final = 4
_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
_CENTER = Qt.AlignmentFlag.AlignCenter
_TWO_LINES: Final = 36
_WIDE: Final = 400


@cache
def _icon(name: str, ink: str, size: int, ratio: float) -> QPixmap:
    """A tinted icon as pixels: drawing it anew for each item takes ten times as long."""
    made = QPixmap(QSize(size, size) * ratio)
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    theme.paint_icon(painter, name, QRectF(0, 0, size, size), QColor(ink))
    painter.end()
    return made


class CalendarPainter:
    """Paints one sheet; made anew for each painting, so that it follows the look."""

    def __init__(self, painter: QPainter, sheet: Sheet, picture: Picture) -> None:
        self.painter, self.sheet, self.picture = painter, sheet, picture
        self.small, self.bold = theme.font(theme.SIZE_SMALL), theme.font(bold=True)
        self._metrics: dict[str, QFontMetricsF] = {}
        self._ratio = painter.device().devicePixelRatio() if painter.device() is not None else 1.0

    # ------------------------------------------------------------------ below everything

    def ground(self, visible: QRectF) -> None:
        """Cells with their ground and lines."""
        line = QPen(theme.colour("border"), 1)
        for box in self.picture.boxes:
            if not box.area.intersects(visible):
                continue
            self.painter.fillRect(box.area, self._ground_of(box))
            self.painter.setPen(line)
            self.painter.drawLine(box.area.topLeft(), box.area.bottomLeft())
            self.painter.drawLine(box.area.bottomLeft(), box.area.bottomRight())
            if self.sheet.view is View.MONTH:
                self._number(box)
            elif self.sheet.view is View.TEAM:
                self._fullness(box)
        if self.picture.hours is not None:
            self._hour_lines()

    def _ground_of(self, box: CellBox) -> QColor:
        sheet = self.sheet
        if sheet.is_off(box.day) or sheet.is_away(box.lane, box.day):
            return theme.colour("neutral_ground")
        if box.day == sheet.today and sheet.view is not View.DAY:
            return _faint("accent")
        if sheet.view is View.MONTH and box.day.month != sheet.day.month:
            return theme.colour("alternate")
        return theme.colour("base")

    def _hour_lines(self) -> None:
        hours, picture = self.picture.hours, self.picture
        if hours is None:
            return
        self.painter.setFont(self.small)
        for hour in range(hours.first, hours.last):
            y = hours.y(hour * 60)
            is_first = hour == hours.first
            self.painter.setPen(theme.colour("border_strong" if is_first else "border"))
            self.painter.drawLine(QPointF(picture.gutter, y), QPointF(picture.width, y))
            self.painter.setPen(theme.colour("muted"))
            area = QRectF(0, y + 1, picture.gutter - 6, theme.pixels(18))
            self.painter.drawText(area, int(_RIGHT), f"{hour:02d}:00")
        area = QRectF(0, picture.head + 3, picture.gutter - 6, theme.pixels(18))
        self.painter.drawText(area, int(_RIGHT), _("all day"))

    def now(self, at: dt.time) -> None:
        """A line where the time of day is now."""
        hours = self.picture.hours
        box = next((each for each in self.picture.boxes if each.day == self.sheet.today), None)
        minute = at.hour * 60 + at.minute
        if hours is None or box is None or not hours.first * 60 <= minute <= hours.last * 60:
            return
        y = hours.y(minute)
        self.painter.setPen(QPen(theme.colour("bad"), 1.5))
        self.painter.drawLine(QPointF(box.area.left(), y), QPointF(box.area.right(), y))
        self.painter.setBrush(theme.colour("bad"))
        self.painter.drawEllipse(QPointF(box.area.left(), y), 3, 3)

    # ------------------------------------------------------------------ cells

    def _number(self, box: CellBox) -> None:
        """Day of the month, its name, and how full it is."""
        sheet, painter = self.sheet, self.painter
        area = QRectF(box.area.left() + 6, box.area.top() + 2, box.area.width() - 12, 20)
        is_today = box.day == sheet.today
        is_inside = box.day.month == sheet.day.month
        painter.setFont(self.bold if is_today else theme.font())
        painter.setPen(theme.colour("accent" if is_today else "text" if is_inside else "muted"))
        number = str(box.day.day) if box.day.day > 1 else f"{box.day:%m-%d}"
        painter.drawText(area, int(_LEFT), number)
        left = self._width(painter.font(), number) + 6
        right = self._load_sign(area, sheet.load(box.lane, box.day), box.day)
        self._mark(area.adjusted(left, 0, -right, 0), box.day)

    def _mark(self, area: QRectF, day: dt.date) -> None:
        mark = self.sheet.marks.get(day)
        sign = calendar_sheet.mark_sign(mark)
        words = calendar_sheet.mark_words(mark)
        if mark is None or not (sign or words):
            return
        painter = self.painter
        painter.setFont(self.small)
        tone = Tone.WARN if mark.is_working else Tone.GOOD
        ink, ground = theme.tone_colours(tone)
        if sign:
            wide = self._width(self.small, sign) + 6
            chip = QRectF(area.left(), area.center().y() - 8, wide, 16)
            if chip.right() > area.right():
                return
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            painter.drawRoundedRect(chip, 3, 3)
            painter.setPen(ink)
            painter.drawText(chip, int(_CENTER), sign)
            area = area.adjusted(wide + 4, 0, 0, 0)
        painter.setPen(theme.colour("muted"))
        self._text(area, words, self.small)

    def _load_sign(self, area: QRectF, load: Load | None, day: dt.date) -> float:
        """A sign at the right where a day holds too much; gives the room it takes."""
        over = self.sheet.overloaded(day) if self.sheet.user_id is None else 0
        if load is not None and self.sheet.is_too_much(load, day):
            text = f"▲ {load.visits + load.calls}"
        elif over:
            text = f"▲ {over}"
        else:
            return 0.0
        self.painter.setFont(self.small)
        self.painter.setPen(theme.colour("bad"))
        self.painter.drawText(area, int(_RIGHT), text)
        return self._width(self.small, text) + 6

    def _fullness(self, box: CellBox) -> None:
        """Visits and calls of a person's day against what it holds, as numbers and as a bar."""
        load = self.sheet.load(box.lane, box.day)
        area = QRectF(box.area.left() + 6, box.area.top() + 2, box.area.width() - 12, 16)
        painter = self.painter
        painter.setFont(self.small)
        if self.sheet.is_away(box.lane, box.day):
            painter.setPen(theme.colour("muted"))
            painter.drawText(area, int(_LEFT), _("away"))
        if load is None:
            return
        is_over = self.sheet.is_too_much(load, box.day)
        track = QRectF(area.left(), area.bottom() + 1, area.width(), 2)
        painter.fillRect(track, theme.colour("track"))
        full = min(load.share, 1.0)
        ink = theme.colour("bad" if is_over else "accent")
        painter.fillRect(QRectF(track.topLeft(), track.size()).adjusted(
            0, 0, -track.width() * (1 - full), 0), ink)  # fmt: skip
        ink = theme.colour("bad" if is_over else "muted")
        painter.setPen(ink)
        size = theme.pixels(_ICON)
        for name, made, room in (
            ("call", load.calls, load.room.calls),
            ("visits", load.visits, load.room.visits),
        ):
            if made:
                text = f"{made}/{room}"
                painter.drawText(area, int(_RIGHT), text)
                area = area.adjusted(0, 0, -self._width(self.small, text) - 2 - size, 0)
                spot = QPointF(area.right(), area.center().y() - size / 2)
                painter.drawPixmap(spot, _icon(name, ink.name(), size, self._ratio))
                area = area.adjusted(0, 0, -_PAD, 0)
        if is_over:
            painter.drawText(area, int(_RIGHT), "▲")

    # ------------------------------------------------------------------ items

    def items(self, visible: QRectF) -> None:
        """Everything that stands in the cells, and how much finds no room."""
        for row, area in enumerate(self.picture.areas):
            item = self.sheet.rows[row].item
            if item is not None and not area.isEmpty() and area.intersects(visible):
                self.item(area, item)
        self.painter.setFont(self.small)
        for box in self.picture.boxes:
            if box.hidden and box.more.intersects(visible):
                self.painter.setPen(theme.colour("accent"))
                text = ngettext("+{n} more", "+{n} more", box.hidden).format(n=box.hidden)
                self.painter.drawText(box.more.adjusted(_PAD, 0, 0, 0), int(_LEFT), text)

    def item(self, area: QRectF, item: AgendaItem) -> None:
        """One item: bar, icon, time, name; signs at the right say what is wrong."""
        sheet, painter = self.sheet, self.painter
        tone = _TONES.get(item.kind, Tone.NEUTRAL)
        ink, ground = theme.tone_colours(tone)
        clashes, is_late = sheet.clashes_of(item), sheet.is_late(item)
        if not item.is_open:
            ink, ground = theme.colour("muted"), theme.colour("base")
        if item.is_provisional:
            painter.setBrush(theme.colour("base"))
            painter.setPen(QPen(ink, 1, Qt.PenStyle.DashLine))
            painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        else:
            painter.setPen(QPen(theme.colour("border"), 1))
            painter.setBrush(ground)
            painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
            edge = QRectF(area.left() + 0.5, area.top() + 1, _BAR, area.height() - 2)
            mark = theme.colour("border_strong") if not item.is_open else ink
            painter.fillRect(edge, theme.colour("bad") if clashes or is_late else mark)
        signs = [sign for sign, is_so in (("▲", bool(clashes)), ("!", is_late)) if is_so]
        self._words(area, item, ink, " ".join(signs))

    def _words(self, area: QRectF, item: AgendaItem, ink: QColor, signs: str) -> None:
        painter = self.painter
        high = min(area.height(), theme.pixels(18))
        line = QRectF(area.left() + _BAR + _PAD, area.top(), area.width() - _BAR - 2 * _PAD, high)
        size = theme.pixels(_ICON)
        name = "check-circle" if not item.is_open else _ICONS[item.kind]
        spot = QPointF(line.left(), line.center().y() - size / 2)
        painter.drawPixmap(spot, _icon(name, ink.name(), size, self._ratio))
        line = line.adjusted(size + _PAD, 0, 0, 0)
        painter.setFont(self.small)
        if signs:
            painter.setPen(theme.colour("bad"))
            painter.drawText(line, int(_RIGHT), signs)
            line = line.adjusted(0, 0, -self._width(self.small, signs) - _PAD, 0)
        if item.is_provisional:
            text = _("provisional")
            wide = self._width(self.small, text)
            if wide < line.width() / 2:
                painter.setPen(theme.colour("muted"))
                painter.drawText(line, int(_RIGHT), text)
                line = line.adjusted(0, 0, -wide - _PAD, 0)
        at = "" if item.starts_at is None else f"{item.starts_at:%H:%M} "
        painter.setPen(theme.colour("muted") if not item.is_open else theme.colour("text"))
        title = at + calendar_sheet.item_title(item)
        self._text(line, title, self.small)
        if line.width() >= theme.pixels(_WIDE):
            self._more(line, title, item)
        elif area.height() >= theme.pixels(_TWO_LINES) and item.what_for:
            below = QRectF(line.left(), area.top() + high - 2, line.width(), high)
            painter.setPen(theme.colour("muted"))
            self._text(below, item.what_for.split("\n")[0], self.small)

    def _more(self, line: QRectF, title: str, item: AgendaItem) -> None:
        """Who and what for, behind the name where there is much room."""
        who = "" if self.sheet.user_id is not None else item.user
        what = "" if title.endswith(item.what_for) else item.what_for.split("\n")[0]
        left = self._width(self.small, title) + 4 * _PAD
        self.painter.setPen(theme.colour("muted"))
        words = "  ·  ".join(filter(None, (who, what, item.district or item.address)))
        if left < line.width():
            self._text(line.adjusted(left, 0, 0, 0), words, self.small)

    def frame(self, area: QRectF, *, has_focus: bool) -> None:
        """Where the keyboard stands."""
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        self.painter.setPen(QPen(theme.colour("focus" if has_focus else "border_strong"), 2))
        self.painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), 4, 4)

    # ------------------------------------------------------------------ above everything

    def headings(self) -> None:
        """The days above, with their names; they stay when the rest is scrolled."""
        picture, sheet, painter = self.picture, self.sheet, self.painter
        painter.fillRect(QRectF(0, 0, picture.width, picture.head), theme.colour("window"))
        painter.setPen(theme.colour("border_strong"))
        painter.drawLine(QPointF(0, picture.head), QPointF(picture.width, picture.head))
        if sheet.view is View.MONTH:
            self._weekdays()
            return
        for box in picture.boxes[: len(sheet.days)]:
            self._heading(box)

    def _weekdays(self) -> None:
        wide = self.picture.width / 7
        self.painter.setFont(self.small)
        self.painter.setPen(theme.colour("muted"))
        for column, day in enumerate(self.sheet.days[:7]):
            area = QRectF(column * wide + 6, 0, wide - 12, self.picture.head)
            self.painter.drawText(area, int(_LEFT), labels.weekday(day))

    def _heading(self, box: CellBox) -> None:
        painter, sheet = self.painter, self.sheet
        is_today = box.day == sheet.today
        area = QRectF(box.area.left() + 6, 4, box.area.width() - 12, theme.pixels(20))
        painter.setFont(self.bold)
        painter.setPen(theme.colour("accent" if is_today else "text"))
        text = f"{box.day.day}  {labels.weekday(box.day)}"
        painter.drawText(area, int(_LEFT), text)
        if sheet.view is not View.TEAM:
            load = sheet.load(0, box.day)
            right = self._load_sign(area, load, box.day)
            room = area.width() - right - self._width(self.bold, text)
            words = calendar_sheet.load_words(load)
            painter.setFont(self.small)
            if words and not right and self._width(self.small, words) < room - 12:
                painter.setPen(theme.colour("muted"))
                painter.drawText(area, int(_RIGHT), words)
        if self.picture.head > area.bottom() + _PAD:
            self._mark(area.translated(0, area.height() - 1), box.day)

    def names(self, top: float) -> None:
        """The people at the left of the team; `top`: how far it is scrolled."""
        if self.sheet.view is not View.TEAM:
            return
        painter, picture = self.painter, self.picture
        for box in picture.boxes[:: len(self.sheet.days)]:
            area = QRectF(0, box.area.top() - top, picture.gutter, box.area.height())
            painter.fillRect(area, theme.colour("window"))
            painter.setPen(theme.colour("border"))
            painter.drawLine(area.bottomLeft(), area.bottomRight())
            painter.setPen(theme.colour("text"))
            name = self.sheet.lanes[box.lane].name or _("Nobody")
            self._text(area.adjusted(6, 2, -6, 0).intersected(
                QRectF(0, area.top() + 2, picture.gutter, 22)), name, theme.font())  # fmt: skip

    # ------------------------------------------------------------------ parts

    def _text(self, area: QRectF, text: str, font: QFont) -> None:
        painter = self.painter
        painter.setFont(font)
        shown = text
        if self._width(font, text) > area.width():
            way = Qt.TextElideMode.ElideRight
            shown = self._of(font).elidedText(text, way, area.width())
        painter.drawText(area, int(_LEFT), shown)

    def _of(self, font: QFont) -> QFontMetricsF:
        key = font.key()
        if key not in self._metrics:
            self._metrics[key] = QFontMetricsF(font)
        return self._metrics[key]

    def _width(self, font: QFont, text: str) -> float:
        return self._of(font).horizontalAdvance(text)


def _faint(name: str) -> QColor:
    """A colour of the scheme, hardly there."""
    made = theme.colour(name)
    made.setAlphaF(0.06)
    return made
