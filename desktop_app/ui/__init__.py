"""The window: the only part of the program that knows Qt."""

import builtins

import PySide6.QtCore  # noqa: F401  (puts its import hook in place)

# Qt's hook reads the source of every module that is imported after it, in search of
# `from __feature__ import …`. Nobody here writes that; without the hook a start takes a fifth less.
builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)
