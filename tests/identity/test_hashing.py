"""How passwords are stored. Elsewhere the tests hash them in a way that costs nothing."""

from django.conf import global_settings
from django.contrib.auth.hashers import get_hasher, make_password

from heka_confirm import settings as own_settings

LEAST_ROUNDS = 600_000  # of PBKDF2 with SHA-256: OWASP, Password Storage Cheat Sheet


def test_passwords_are_hashed_slowly_and_each_with_a_salt_of_its_own(settings):
    settings.PASSWORD_HASHERS = getattr(own_settings, "PASSWORD_HASHERS", global_settings.PASSWORD_HASHERS)

    one, other = (get_hasher().decode(make_password("a long password")) for _ in range(2))

    assert (one["algorithm"], one["iterations"] >= LEAST_ROUNDS) == ("pbkdf2_sha256", True)
    assert one["salt"] != other["salt"]
    assert len(one["salt"]) >= 22  # letters and digits: 128 bits
