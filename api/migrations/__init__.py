"""Alembic migrations of the database schema; `nas db upgrade` runs them, also from an installed package."""
