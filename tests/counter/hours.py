from counter.models import WeeklyHours


def set_hours(counter, weekly):
    """Set the ordinary hours by weekday (0 is Monday); days that are left out are closed."""
    counter.weekly_hours.all().delete()
    for weekday, spans in weekly.items():
        for span in spans:
            WeeklyHours.objects.create(counter=counter, weekday=weekday, opens=span.opens, closes=span.closes)
