import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.mail_domains import OFTEN_MEANT, REAL_TOO, USED_HERE, likely_meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("exmaple.fi", "example.fi"),
        ("gmial.com", "gmail.com"),
        ("gmal.com", "gmail.com"),
        ("gmaill.com", "gmail.com"),
        ("GMAIL.CON", "gmail.com"),
        ("gmail.co", "gmail.com"),
        ("gmail.fi", "gmail.com"),
        ("hotmial.fi", "hotmail.fi"),
        ("outlok.com", "outlook.com"),
        ("luuku.com", "luukku.com"),
        ("elisanet.f", "elisanet.fi"),
        ("icluod.com", "icloud.com"),
    ],
)
def test_one_slip_of_the_keyboard_is_seen(typed, meant):
    assert likely_meant(typed) == meant


@pytest.mark.parametrize(
    "real", [*sorted(USED_HERE), *sorted(REAL_TOO), "mail.fi", "example.test", "yritys.fi", "hel.fi"]
)
def test_nobody_whose_domain_is_real_is_asked(real):
    assert likely_meant(real) is None


def test_lists_share_no_domain():
    assert not USED_HERE & REAL_TOO
    assert not (USED_HERE | REAL_TOO) & set(OFTEN_MEANT)


@given(st.sampled_from(sorted(USED_HERE)), st.data())
def test_every_single_slip_is_asked_about_unless_it_makes_a_known_domain(domain, data):
    at = data.draw(st.integers(0, len(domain) - 2))
    letter = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
    slips = [
        domain[:at] + domain[at + 1 :],
        domain[:at] + letter + domain[at:],
        domain[:at] + letter + domain[at + 1 :],
        domain[:at] + domain[at + 1] + domain[at] + domain[at + 2 :],
    ]
    for typed in slips:
        if typed not in USED_HERE | REAL_TOO | set(OFTEN_MEANT):
            assert likely_meant(typed) in USED_HERE


@given(st.text(max_size=30))
def test_a_domain_far_from_all_is_nobodys_slip(typed):
    meant = likely_meant(f"far-from-all-{typed}")
    assert meant is None
