"""Why an identification fails, in one fixed word for the log, and never in what the broker sent."""


class IdentificationFailed(Exception):
    """Nobody was identified. `word` says why in the log."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


class BrokerUnreachable(IdentificationFailed):
    """The broker is silent, slow or answers nonsense: the person may try again."""


class BrokerRefused(IdentificationFailed):
    """The broker refused our request, such as a code that was used before."""


class TokenRefused(IdentificationFailed):
    """The identity token, or what it says, does not hold."""


class InvalidCode(TokenRefused):
    """The personal identity code is not one that this installation accepts, such as one of a test bank."""


class SetUpWrongly(IdentificationFailed):
    """The broker leaves out what it owes us for everybody, or we have no keys: nothing that the person could mend."""


class NoCode(IdentificationFailed):
    """A person without a Finnish personal identity code (eIDAS): the counter serves them."""
