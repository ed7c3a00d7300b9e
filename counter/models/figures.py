"""Figures of days, and of removed applications. They are about nobody in particular, so they may stay (R18)."""

from django.db import models


class RemovedFigure(models.Model):
    """How many of a kind there were in a month, among everything that has been removed since."""

    month = models.DateField()  # its first day, in Helsinki
    figure = models.CharField(max_length=20)
    # Such as the method. Empty if the figure has one value only.
    value = models.CharField(max_length=20, blank=True, db_default="")
    count = models.PositiveIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint("month", "figure", "value", name="removed_figure_once")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.figure} {self.value}"


class CountedDay(models.Model):
    """The figures of a day as they were when they were last counted (day_figures.py)."""

    day = models.DateField(primary_key=True)  # in Helsinki
    figures = models.JSONField()  # of each its name, its value and how many
    counted_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}"
