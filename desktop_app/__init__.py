"""Winback Desk: the desktop case manager for customers who are leaving."""

VERSION = "0.1.0"
