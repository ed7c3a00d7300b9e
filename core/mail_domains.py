"""The domains at which people in Finland have their mail, and what a slip of the keyboard makes of them.

Own data: a list that is copied from elsewhere takes every `.fi` for a slip of `.fr`, and small domains that are real
for slips of large ones. Somebody whose domain is in neither set and far from all of them is asked nothing.
"""

import functools

# Asked after: the domains of mail that most people here use, and those of our own examples.
USED_HERE = frozenset(
    {
        "aalto.fi", "dnainternet.net", "edu.hel.fi", "elisa.fi", "elisanet.fi", "example.com", "example.fi",
        "gmail.com", "googlemail.com", "helsinki.fi", "hotmail.com", "hotmail.fi", "icloud.com", "jippii.fi",
        "kolumbus.fi", "kotiposti.net", "live.com", "luukku.com", "luukku.fi", "mbnet.fi", "metropolia.fi", "netti.fi",
        "outlook.com", "outlook.fi", "phnet.fi", "pp.inet.fi", "proton.me", "protonmail.com", "saunalahti.fi",
        "suomi24.fi", "surffi.net", "telia.com", "welho.com", "yahoo.com", "yahoo.fi", "yandex.ru",
    }
)  # fmt: skip
# Real as well, and near to one of those above, or short: nobody is asked about these.
REAL_TOO = frozenset(
    {
        "elisa.ee", "email.com", "hotmail.co.uk", "hotmail.de", "hotmail.dk", "hotmail.es", "hotmail.fr", "hotmail.it",
        "hotmail.no", "hotmail.se", "live.de", "live.dk", "live.fi", "live.nl", "live.no", "live.se", "mail.com",
        "outlook.de", "outlook.es", "outlook.se", "proton.com", "rocketmail.com", "telia.ee", "telia.fi", "telia.lt",
        "telia.se", "yahoo.de", "yahoo.es", "yahoo.fr", "yahoo.se", "ymail.com",
    }
)  # fmt: skip
# Too far for one slip, and still what people write.
OFTEN_MEANT = {"gmail.fi": "gmail.com", "icloud.fi": "icloud.com"}


def is_known(domain: str) -> bool:
    """Tell whether many people here have their mail at this domain, or it is one near to such a one."""
    return domain in USED_HERE or domain in REAL_TOO


@functools.lru_cache(maxsize=256)
def likely_meant(domain: str) -> str | None:
    """Return the one domain of USED_HERE from which a typed one differs by one slip, in lower case; else None.

    A slip is one character too many, one too few, another one, or two neighbours swapped. A known domain is no slip.
    """
    typed = domain.lower()
    if is_known(typed):
        return None
    if typed in OFTEN_MEANT:
        return OFTEN_MEANT[typed]
    near = [known for known in sorted(USED_HERE) if _differs_by_one_slip(typed, known)]
    return near[0] if near else None


def _differs_by_one_slip(typed: str, known: str) -> bool:
    if abs(len(typed) - len(known)) > 1:
        return False
    start = next((i for i, (one, other) in enumerate(zip(typed, known, strict=False)) if one != other), None)
    if start is None:
        return len(typed) != len(known)
    rest, wanted = typed[start:], known[start:]
    is_swapped = rest[:2] == wanted[1::-1] and rest[2:] == wanted[2:]
    return is_swapped or rest[1:] in (wanted, wanted[1:]) or rest == wanted[1:]
