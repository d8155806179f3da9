"""Columns of the files of a case."""

from db.queries.attachments import AttachmentRow
from desktop_app import labels
from desktop_app.columns import Align, Column
from desktop_app.domain.attachments import KIND_TITLES, kind_of
from desktop_app.i18n import N_, _, ngettext

_STEP = 1024


def size_text(size: int) -> str:
    """A size in bytes as people read it."""
    if size < _STEP:
        return ngettext("{n} byte", "{n} bytes", size).format(n=labels.number(size))
    if size < _STEP * _STEP:
        return _("{n} KB").format(n=labels.number(size / _STEP))
    return _("{n} MB").format(n=labels.number(size / _STEP / _STEP, 1))


ATTACHMENT_COLUMNS: tuple[Column[AttachmentRow], ...] = (
    Column("name", N_("Name"), lambda row: row.name, width=150),
    Column("kind", N_("Kind"), lambda row: _(KIND_TITLES[kind_of(row.media_type)]), width=84),
    Column(
        "size", N_("Size"), lambda row: row.size, text=lambda row: size_text(row.size),
        align=Align.RIGHT, width=72,
    ),
    Column("by", N_("By"), lambda row: row.by),
    Column("at", N_("Time"), lambda row: row.at),
)  # fmt: skip
