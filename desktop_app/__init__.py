"""Winback Desk: the desktop case manager for customers who are leaving."""

import os

# pydantic would read the description of every installed package, in search of plugins.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

VERSION = "0.1.0"
