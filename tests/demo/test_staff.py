import datetime as dt
import re

import pytest
import time_machine
from django.core.cache import cache

from demo import staff
from identity.models import User
from tests.identity.conftest import Visitor

pytestmark = pytest.mark.django_db
PAGE = "/demo/staff/"
NOW = dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _no_used_codes():
    cache.clear()


def codes(client):
    """Return the codes that the page shows, this period's and the next one's by user name."""
    page = client.get(PAGE, headers={"Accept-Language": "en"}).content.decode()
    found = re.findall(r"<dd><code>([a-z]+)</code>.*?<code>(\d{6})</code>.*?<code>(\d{6})</code>", page, re.DOTALL)
    return {name: (now, later) for name, now, later in found}


def test_staff_are_made_once_each_in_the_group_of_their_role():
    staff.ensure()
    staff.ensure()

    made = {user.username: ([g.name for g in user.groups.all()], user.is_superuser) for user in User.objects.all()}
    assert made == {
        "neuvoja": (["adviser"], False),
        "esihenkilo": (["supervisor"], False),
        "operator": (["operator"], True),
    }


@pytest.mark.parametrize("username", ["neuvoja", "esihenkilo", "operator"])
@pytest.mark.parametrize("which", [0, 1])
def test_newcomer_logs_in_with_what_the_page_shows(username, which):
    staff.ensure()
    with time_machine.travel(NOW, tick=False):
        visitor = Visitor()
        visitor.accept_cookies("en")
        first = visitor.post("/en/log-in/", {"login": username, "password": staff.PASSWORD, "next": "/en/admin/"})
        visitor.post(first["Location"], {"code": codes(visitor)[username][which]})

        assert visitor.get("/en/admin/", follow=True).status_code == 200


def test_what_somebody_has_changed_stays():
    staff.ensure()
    anna = User.objects.get(username="neuvoja")
    anna.set_password("another password")
    anna.save()

    staff.ensure()

    assert User.objects.get(username="neuvoja").check_password("another password")


def test_front_page_leads_to_the_codes(client):
    assert f'href="{PAGE}"' in client.get("/en/").content.decode()


def test_page_is_accessible_and_fits_a_narrow_screen(page, live_server, axe):
    staff.ensure()
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(f"{live_server.url}{PAGE}")

    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
