"""Alembic migrations of the store; found by the path of this package."""
