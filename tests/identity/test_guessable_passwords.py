import random

import pytest
from django.core.exceptions import ValidationError
from zxcvbn_rs_py import zxcvbn

from identity.guessable_passwords import LONGEST_JUDGED, WORD_FILES, GuessablePasswordValidator, own_parts
from identity.models import User
from tests.cast import MAIJA
from tests.identity.accounts import issued

VALIDATOR = GuessablePasswordValidator()


def refused(password, user=None):
    try:
        VALIDATOR.validate(password, user)
    except ValidationError as refusal:
        return refusal.code
    return ""


@pytest.mark.parametrize(
    "password",
    [
        "salasanasalasana",
        "Salasana2026!",
        "S4l4s4n4-2026!",
        "Kesäkuu2026!!",
        "Kesa\u0308kuu2026!!",
        "kesakuu 2026",
        "kesä2026kesä2027",
        "kissakoira2026",
        "Jyväskylä12345",
        "Sommaren2026!",
        "Lösenord-1234",
        "hemlighethemlighet",
        "Password2026!!",
        "Welcome.Monday.1",
        "helsinki-heka-1",
        "HekaConfirm2026",
        "hekaconfirm-helsingfors",
        "qwertyuiop[]",
        "asdfghjklöä12",
        "öälkjhgfdsa1",
        "1qaz2wsx3edc",
        "123456789012",
        "aaaaaaaaaaaa",
        "            ",
        "abcabcabcabc",
        "salasana" * 25,
    ],
)
def test_password_that_others_try_first_is_refused_at_any_length(password):
    assert refused(password) == "password_too_common"


@pytest.mark.parametrize(
    "password",
    [
        "kolme sanaa peräkkäin",
        "tunturissa-tuulee-kova",
        "lintukoto on tyhjä",
        "tre ord efter varandra",
        "correct horse battery",
        "pilkku, ja väli 'x'",
        "korpivaara-12",
        "Vq7-xd2K-mB9w",
        "пароль подлиннее ещё",
        "Maija lähti tunturiin",
    ],
)
def test_good_password_is_taken(password):
    assert refused(password) == ""


@pytest.mark.django_db
@pytest.mark.parametrize(
    "password",
    [
        "MaijaMeikäläinen1!",
        "meikalainen.maija",
        "MeikäläinenMeikäläinen",
        "LiisaMeikäläinen-2026",
        "maija@example.test",
        "M4ij4M31kalainen",
    ],
)
def test_password_of_ones_own_name_or_address_is_refused(password):
    user = User.objects.select_related("person", "account").get(pk=issued(MAIJA).user_id)

    assert refused(password, user) == "password_of_own"
    assert refused("kolme sanaa peräkkäin", user) == ""


@pytest.mark.django_db
def test_refusal_depends_on_no_personal_identity_code():
    """Or it would tell the code, digit by digit, to whoever has a link."""
    account = issued(MAIJA)

    assert own_parts(account.user) == {"maija", "liisa", "meikalainen", "example", "test"}


def test_own_names_of_staff_count():
    user = User(username="anna.adviser", first_name="Anna-Kaisa", last_name="Ädviser", email="a@hel.fi", is_staff=True)

    assert own_parts(user) == {"anna", "kaisa", "adviser", "hel"}


def test_length_of_what_zxcvbn_reads_is_bounded(monkeypatch):
    """Its time grows with the square of the length; a form takes 200 characters, the admin any number."""
    read = []
    monkeypatch.setattr(
        "identity.guessable_passwords.zxcvbn", lambda text, own: read.append(len(text)) or zxcvbn(text, own)
    )
    letters = random.Random(1)

    refused("".join(letters.choice("abcdefghij ") for _ in range(100_000)))

    assert set(read) == {LONGEST_JUDGED}


@pytest.mark.parametrize("path", WORD_FILES, ids=lambda path: path.name)
def test_words_are_said_where_from_and_each_is_whole(path):
    first, *lines = path.read_text(encoding="utf-8").splitlines()

    assert first.startswith("# ")
    assert [word for line in lines for word in line.split() if not word.isalpha() or word != word.lower()] == []
