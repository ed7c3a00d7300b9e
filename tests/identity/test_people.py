import datetime as dt
import threading

import pytest
from django.db import connection

from identity import people
from identity.claims import Identity
from identity.enums import Method
from identity.models import Person, User
from tests.cast import MAIJA, OLLI

NOW = dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)


def recognise(who=MAIJA, language="fi", at=NOW, **changes):
    return people.recognise(Identity(method=Method.BANK, **who | changes), language=language, at=at)


@pytest.mark.django_db
def test_a_new_person_gets_a_user_whose_name_says_nothing():
    person = recognise()
    assert (person.hetu, person.birth_date, person.identified_at) == ("010594Y9032", dt.date(1994, 5, 1), NOW)
    assert len(person.user.username) == 32
    assert not person.user.has_usable_password()
    assert (person.user.is_staff, person.user.first_name, person.user.email) == (False, "", "")


@pytest.mark.django_db
def test_a_known_person_is_found_and_brought_up_to_date():
    first = recognise()
    second = recognise(language="sv", at=NOW + dt.timedelta(days=1), last_name="Virtanen")
    assert second.pk == first.pk
    person = Person.objects.get()
    assert (person.last_name, person.language, person.identified_at) == ("Virtanen", "sv", second.identified_at)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("in_one_piece", "kept"),
    [
        ("Meikäläinen Maija Liisa", ("Maija Liisa", "Meikäläinen")),
        ("MEIKÄLÄINEN MAIJA LIISA", ("Maija Liisa", "Meikäläinen")),
        ("Virtanen Maija Liisa", ("", "Virtanen Maija Liisa")),
    ],
)
def test_name_in_one_piece_does_not_undo_what_another_broker_divided(in_one_piece, kept):
    recognise()
    recognise(first_names="", last_name=in_one_piece)
    person = Person.objects.get()
    assert (person.first_names, person.last_name) == kept


@pytest.mark.django_db
def test_two_people_are_two():
    assert recognise(MAIJA).pk != recognise(OLLI).pk


@pytest.mark.django_db
def test_a_person_indexed_under_the_old_key_is_found_and_indexed_anew(settings):
    old = settings.FIELD_INDEX_KEYS
    first = recognise()
    settings.FIELD_INDEX_KEYS = ["n" * 64, *old]

    second = recognise()

    assert (second.pk, Person.objects.count()) == (first.pk, 1)
    settings.FIELD_INDEX_KEYS = ["n" * 64]
    assert people.find(MAIJA["hetu"]) == first


@pytest.mark.django_db
def test_the_code_is_nowhere_in_clear():
    recognise()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM identity_person CROSS JOIN identity_user")
        (row,) = cursor.fetchall()
    texts = [bytes(value) if isinstance(value, memoryview | bytes) else str(value).encode() for value in row]
    assert [text for text in texts if b"9032" in text and b"010594" in text] == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_round", range(3))
def test_first_sign_ins_at_once_make_one_person(_round):
    found, start = [], threading.Barrier(4, timeout=60)

    def sign_in():
        try:
            start.wait()
            found.append(recognise().pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=sign_in) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 4
    assert len(set(found)) == Person.objects.count() == User.objects.count() == 1
