"""What is different behind a pooler in transaction mode, which keeps no time limits of ours.

The next transaction may be on another connection of the server, and this one somebody else's. So a limit that is set
once would hold for others, or not at all: a statement is ended by whoever gives it up.
"""

import logging
from typing import Any

import psycopg

logger = logging.getLogger(__name__)

CANCEL_SECONDS = 0.5  # a pooler or a server that is silent hears of nothing


def end_statement(connection: psycopg.Connection[Any]) -> None:
    """Ask the server through the pooler to end the statement that this connection has given up."""
    try:
        connection.cancel_safe(timeout=CANCEL_SECONDS)
    except psycopg.Error as error:
        logger.warning("A statement that was given up may go on: %s", error)
