"""The short code that every email carries, by which anybody can ask whether the email is from us (ADR 37).

It is computed from the Message-ID under an index key, so each try to send a letter writes the same one, and the
database holds its hash only. It is made to be read aloud: of signs that look alike one is used, and the other is
understood.
"""

from functools import partial

from core.links import KeyGone, MailedSecret, spell_digest
from core.text import UNAMBIGUOUS, compact, without_lookalikes
from mailing.models import Letter

CODE_LENGTH = 10  # other lengths than an invitation's code and an application's number: nobody confuses them
GROUP = CODE_LENGTH // 2


CODE = MailedSecret(
    "letter code",
    column="code_hash",
    spell=partial(spell_digest, alphabet=UNAMBIGUOUS, length=CODE_LENGTH),
)


def display_letter_code(letter: Letter) -> str:
    """Return the code of a letter in two groups, `K7M4P-3XQ4T`.

    It is empty for a letter that was stored before letters had codes, or whose key is gone.
    """
    if letter.code_hash is None:
        return ""
    try:
        code = CODE.of(letter)
    except KeyGone:
        return ""
    return f"{code[:GROUP]}-{code[GROUP:]}"


def normalise_letter_code(text: str) -> str | None:
    """Return a typed code as it is digested: in capitals, ungrouped, of signs that look alike the one in use.

    Returns None for what cannot be a code.
    """
    code = without_lookalikes(compact(text).upper())
    return code if len(code) == CODE_LENGTH and set(code) <= set(UNAMBIGUOUS) else None


def find_sent_letter(code: str) -> Letter | None:
    """Return the letter with this normalised code, if it has left."""
    return CODE.find(Letter.objects.filter(sent_at__isnull=False), code)
