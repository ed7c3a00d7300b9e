import pytest
from django.urls import reverse
from django.utils import translation

from tests.staff import sign_in_staff, staff

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", ["adviser", "supervisor"])
def test_who_works_at_the_desk_begins_there(client, role):
    sign_in_staff(client, staff(role))

    response = client.get(reverse("admin:index"))

    assert response["Location"] == reverse("admin:desk")


def test_operator_begins_with_what_can_be_edited(client):
    sign_in_staff(client, staff("operator"))

    page = client.get(reverse("admin:index")).content.decode()

    assert reverse("admin:counter_notice_changelist") in page
    assert reverse("admin:statistics") in page
    assert f'"{reverse("admin:desk")}"' not in page


@pytest.mark.parametrize(
    ("language", "home", "change"), [("fi", "Etusivu", "Vaihda salasana"), ("sv", "Startsidan", "Byt lösenord")]
)
def test_pages_of_django_use_the_words_of_ours(client, language, home, change):
    sign_in_staff(client, staff("operator"))

    with translation.override(language):
        page = client.get(reverse("admin:password_change")).text

    assert f">{home}</a>" in page
    assert f"<h1>{change}</h1>" in page
    assert f">{change}</button>" in page
    content = page.partition('id="content"')[2]  # after the name of the service
    assert [word for word in ("vahvist", "ekräfta") if word in content] == []
