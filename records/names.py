"""The names of chains and subjects of the trail: a kind and a key, such as "application 17".

They are stored, and the digests of the trail depend on them: a name never changes once it was given.
"""

from collections.abc import Iterable

APPLICANT = "applicant "


def application_chain(pk: int) -> str:
    """Return the chain of all that happens to one application."""
    return f"application {pk}"


def applicant_subject(pk: int) -> str:
    """Return the subject that is one slot of an application."""
    return f"{APPLICANT}{pk}"


def account_chain(pk: int) -> str:
    """Return the chain of what the holder of a password account does to it."""
    return f"account {pk}"


def account_subject(pk: int) -> str:
    """Return the subject that is one password account."""
    return f"account {pk}"


def person_chain(pk: int) -> str:
    """Return the chain of what a person does outside their applications."""
    return f"person {pk}"


def person_subject(pk: int) -> str:
    """Return the subject that is one person."""
    return f"person {pk}"


def staff_chain(pk: int, year: int) -> str:
    """Return the chain of what a member of staff does outside applications. Each year has one, so it ends (R18)."""
    return f"staff {pk} {year}"


def employment_chain(pk: int) -> str:
    """Return the chain of what is done to the user of a member of staff: their roles, password, second factor."""
    return f"member of staff {pk}"


def user_subject(pk: int) -> str:
    """Return the subject that is one user."""
    return f"user {pk}"


def letter_subject(pk: int) -> str:
    """Return the subject that is one letter."""
    return f"letter {pk}"


def draft_subject(pk: int) -> str:
    """Return what the letters about one draft are about (mailing.models.Letter.about)."""
    return f"draft {pk}"


def feedback_subject(pk: int) -> str:
    """Return the subject that is one piece of feedback; also to whom its receipt is acknowledged by letter."""
    return f"feedback {pk}"


def purge_chain(year: int) -> str:
    """Return the chain of what a year's purges removed (R18)."""
    return f"purge {year}"


def restore_chain(year: int) -> str:
    """Return the chain of a year's restores of the database from backups."""
    return f"restore {year}"


def parse_name(text: str) -> tuple[str, str]:
    """Return the kind and the key of a name: ("application", "17"); the key is the last word."""
    kind, _space, key = text.rpartition(" ")
    return kind, key


def application_keys(chains: Iterable[str]) -> dict[int, str]:
    """Return the names that are chains of applications, by the key of the application."""
    parsed = [(name, *parse_name(name)) for name in chains]
    return {int(key): name for name, kind, key in parsed if kind == "application"}
