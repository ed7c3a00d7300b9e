import re

import pytest

from tests.counter.desk.arranged import address, text_of

pytestmark = pytest.mark.django_db


def test_desk_leads_to_the_form(adviser):
    assert f'href="{address("desk_paper_form")}"' in adviser.get(address("desk")).content.decode()


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_form_is_in_the_language_of_the_page_alone_at_first(adviser, language):
    page = adviser.get(address("desk_paper_form", language=language)).content.decode()

    assert f'class="paper-form" lang="{language}"' in page
    assert "<small lang" not in page


def test_customer_and_adviser_each_read_their_language(adviser):
    page = text_of(adviser.get(address("desk_paper_form", language="fi") + "?language=sv"))

    assert "Jag bekräftar ansökan Vahvistan hakemuksen" in page
    assert "Namnet stämmer Nimi täsmää" in page


@pytest.mark.parametrize("asked", ["", "de", "<b>"])
def test_unknown_language_is_that_of_the_page(adviser, asked):
    page = adviser.get(address("desk_paper_form", language="en"), {"language": asked}).content.decode()

    assert 'class="paper-form" lang="en"' in page


def test_form_asks_for_no_number_of_a_document_and_no_whole_code(adviser):
    page = text_of(adviser.get(address("desk_paper_form")))

    assert "Do not write the number of the document." in page
    assert "Last four characters of the personal identity code" in page
    assert re.search(r"Shred it once it has been entered", page)


def test_form_is_for_staff_of_the_counter(operator, client):
    assert operator.get(address("desk_paper_form")).status_code == 403
    assert client.get(address("desk_paper_form")).status_code == 302
