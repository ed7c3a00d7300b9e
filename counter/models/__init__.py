"""What the counter keeps: how to reach it, the checks made at it, and the operator's notices."""

from counter.models.checks import DocumentType, SecondLook, Undoing
from counter.models.contact import (
    Counter,
    ExceptionalHours,
    ExceptionQuerySet,
    WeeklyHours,
    in_language,
)
from counter.models.feedback import Feedback, FeedbackKind, FeedbackQuerySet
from counter.models.figures import CountedDay, RemovedFigure
from counter.models.notices import Notice
from counter.models.tellings import Telling, Way

__all__ = [
    "CountedDay",
    "Counter",
    "DocumentType",
    "ExceptionQuerySet",
    "ExceptionalHours",
    "Feedback",
    "FeedbackKind",
    "FeedbackQuerySet",
    "Notice",
    "RemovedFigure",
    "SecondLook",
    "Telling",
    "Undoing",
    "Way",
    "WeeklyHours",
    "in_language",
]
