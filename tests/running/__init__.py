"""Tests that start the real servers: gunicorn, nginx, PostgreSQL, PgBouncer. Few and short; run once, not on both."""
