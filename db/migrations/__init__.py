"""Alembic revisions; data files of the package."""
