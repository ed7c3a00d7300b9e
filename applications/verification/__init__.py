"""Verifying that what is stored of applications hangs together. Each module holds the faults of one kind.

A fault is what a rule excludes and no constraint of the database does. Nothing is changed, and places are named by
reference and key, never by a code or a person's name (R17).
"""

from applications.verification import (
    acts,
    certificates,
    confirmations,
    contents,
    entries,
    leftovers,
    marks,
    states,
    ways_in,
)
from applications.verification.faults import FAULTS, Fault, one_picture

# Each enters its faults in the list.
MODULES = (states, contents, marks, confirmations, certificates, acts, ways_in, leftovers, entries)

__all__ = ["FAULTS", "MODULES", "Fault", "one_picture"]
