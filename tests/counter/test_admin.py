import datetime as dt

import pytest
from django.urls import reverse
from zeal import zeal_ignore

from counter.models import Counter, ExceptionalHours

CHANGE = "/admin/counter/counter/1/change/"


@pytest.fixture(autouse=True)
def _formsets_ask_for_each_row():
    """Django's own formsets look up each row that is sent; a week has few."""
    with zeal_ignore([{"model": "counter.WeeklyHours", "field": "get()"}]):
        yield


@pytest.fixture
def form(counter):
    """What the admin's form sends when nothing is changed."""
    fields = [field.name for field in Counter._meta.fields if field.editable]
    weekly = list(counter.weekly_hours.all())
    data = {name: getattr(counter, name) for name in fields}
    data |= {"weekly_hours-TOTAL_FORMS": len(weekly), "weekly_hours-INITIAL_FORMS": len(weekly)}
    for n, row in enumerate(weekly):
        data |= {f"weekly_hours-{n}-{name}": getattr(row, name) for name in ("id", "weekday", "opens", "closes")}
        data[f"weekly_hours-{n}-counter"] = counter.pk
    return data | {"exceptions-TOTAL_FORMS": 0, "exceptions-INITIAL_FORMS": 0}


def test_operator_adds_an_exceptional_day(admin_client, form):
    form |= {"exceptions-TOTAL_FORMS": 1, "exceptions-0-counter": 1, "exceptions-0-date": "24.12.2099"}
    form |= {f"exceptions-0-reason_{language}": "Joulu" for language in ("fi", "sv", "en")}

    admin_client.post(CHANGE, form)

    assert [e.date for e in ExceptionalHours.objects.all()] == [dt.date(2099, 12, 24)]


def test_operator_changes_the_phone_number(admin_client, form):
    admin_client.post(CHANGE, form | {"phone": "09 310 11111"})

    assert Counter.objects.get().phone == "09 310 11111"


def test_operator_is_told_of_hours_out_of_order(admin_client, form):
    response = admin_client.post(CHANGE, form | {"weekly_hours-0-closes": "08:00"})

    assert response.status_code == 200
    assert "It must close later than it opens." in response.text


@pytest.mark.parametrize("action", ["add", "delete"])
def test_nobody_adds_or_deletes_a_counter(admin_client, counter, action):
    args = [counter.pk] if action == "delete" else []

    response = admin_client.post(reverse(f"admin:counter_counter_{action}", args=args), {"post": "yes"})

    assert response.status_code == 403
    assert Counter.objects.count() == 1
