"""What each provider that anymail knows can do, and what it answers when it does not take a letter: a row each.

Sources: anymail 15.2 (anymail/backends/, anymail/webhooks/) and the page of each provider, as in docs/email.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mailing.enums import Failure

BACKENDS = "anymail.backends."


class MessageId(StrEnum):
    """What becomes of the Message-ID that we give a letter."""

    KEPT = "kept"
    REPLACED = "replaced"  # by the provider's own, without a word
    REFUSED = "refused"  # with the letter, so we leave it out
    UNKNOWN = "unknown"  # it is given to the provider, whose pages do not tell


@dataclass(frozen=True)
class Provider:
    """A provider as anymail and its own pages describe it."""

    name: str  # as anymail calls it in reports and backends
    page: str  # where it is documented
    message_id: MessageId
    codes: Mapping[str, Failure] = field(default_factory=dict)  # by the code in its answer, in small letters
    code_at: tuple[str, ...] = ()  # where the code may stand in the answer (paths.py)
    takes_headers: bool = True  # of ours: those in letters.py
    more_headers: Mapping[str, str] = field(default_factory=dict)
    names_letter: bool = True  # its reports carry our metadata, so they are known before we have recorded its number
    switches_tracking: bool = True  # of opening and clicks off for one letter; otherwise in the account only
    reports: bool = True  # deliveries, so that anymail understands it
    setting_of_reports: str = ""  # the key of settings.ANYMAIL without which its reports are not served


_LOGIN, _QUOTA, _SENDER, _BUSY = Failure.LOGIN, Failure.QUOTA, Failure.SENDER, Failure.BUSY
_GONE, _INVALID, _ERROR = Failure.SUPPRESSED, Failure.INVALID, Failure.ERROR

PROVIDERS: dict[str, Provider] = {
    "amazon_ses": Provider(
        name="Amazon SES",
        page="https://docs.aws.amazon.com/ses/latest/dg/header-fields.html",
        message_id=MessageId.REPLACED,
        switches_tracking=False,
        code_at=("Error.Code",),
        codes={
            **dict.fromkeys(("accessdenied", "unrecognizedclient", "invalidclienttokenid", "expiredtoken"), _LOGIN),
            **dict.fromkeys(("signaturedoesnotmatch", "invalidsignature", "incompletesignature"), _LOGIN),
            **dict.fromkeys(("messagerejected", "mailfromdomainnotverified", "notfound"), _SENDER),
            **dict.fromkeys(("accountsuspended", "sendingpaused"), _SENDER),
            "limitexceeded": _QUOTA,
            **dict.fromkeys(("toomanyrequests", "throttling", "internalservice", "internalfailure"), _BUSY),
        },
    ),
    "brevo": Provider(
        name="Brevo",
        page="https://developers.brevo.com/docs/how-it-works",
        message_id=MessageId.UNKNOWN,
        switches_tracking=False,
        code_at=("code",),
        codes={
            "unauthorized": _LOGIN,
            **dict.fromkeys(("permission_denied", "account_under_validation"), _SENDER),
            "not_enough_credits": _QUOTA,
            "too_many_requests": _BUSY,
            "missing_parameter": _ERROR,
        },
    ),
    "mailersend": Provider(
        name="MailerSend",
        page="https://developers.mailersend.com/api/v1/email.html",
        message_id=MessageId.REFUSED,
        takes_headers=False,  # "Enterprise accounts only": from all others a letter with any is refused
        names_letter=False,
        setting_of_reports="MAILERSEND_SIGNING_SECRET",
        code_at=("warnings.0.type",),
        codes={"all_suppressed": _GONE},
    ),
    "mailgun": Provider(
        name="Mailgun",
        page="https://documentation.mailgun.com/docs/mailgun/user-manual/events/webhooks",
        message_id=MessageId.KEPT,
        setting_of_reports="MAILGUN_WEBHOOK_SIGNING_KEY",
    ),
    "mailjet": Provider(
        name="Mailjet",
        page="https://dev.mailjet.com/email/guides/send-api-v31/",
        message_id=MessageId.REFUSED,  # send-0011
        code_at=("Messages.0.Errors.0.ErrorCode", "ErrorCode"),
        codes={"send-0008": _SENDER, "send-0011": _ERROR},
    ),
    "mailtrap": Provider(
        name="Mailtrap",
        page="https://docs.mailtrap.io/email-api-smtp/advanced/webhooks",
        message_id=MessageId.UNKNOWN,
        switches_tracking=False,
    ),
    "mandrill": Provider(
        name="Mandrill",
        page="https://mailchimp.com/developer/transactional/api/messages/",
        message_id=MessageId.UNKNOWN,
        setting_of_reports="MANDRILL_WEBHOOK_KEY",
        code_at=("0.reject_reason", "0.status", "name"),
        codes={
            "invalid_key": _LOGIN,
            "paymentrequired": _QUOTA,
            "test-mode-limit": _QUOTA,
            **dict.fromkeys(("unknown_subaccount", "poorreputation"), _SENDER),
            **dict.fromkeys(("invalid-sender", "unsigned", "rule"), _SENDER),
            **dict.fromkeys(("hard-bounce", "soft-bounce", "spam", "unsub", "custom"), _GONE),
            "invalid": _INVALID,
            **dict.fromkeys(("generalerror", "serviceunavailable"), _BUSY),
        },
    ),
    "postal": Provider(
        name="Postal",
        page="https://docs.postalserver.io/developer/api",
        message_id=MessageId.REPLACED,
        names_letter=False,
        switches_tracking=False,
        setting_of_reports="POSTAL_WEBHOOK_KEY",
        code_at=("data.code",),
        codes={
            **dict.fromkeys(("invalidserverapikey", "accessdenied"), _LOGIN),
            **dict.fromkeys(("serversuspended", "unauthenticatedfromaddress", "fromaddressmissing"), _SENDER),
            "norecipients": _INVALID,
        },
    ),
    "postmark": Provider(
        name="Postmark",
        page="https://postmarkapp.com/developer/api/overview",
        message_id=MessageId.KEPT,
        more_headers={"X-PM-KeepID": "true"},  # otherwise the Message-ID is replaced
        code_at=("ErrorCode",),
        codes={
            "10": _LOGIN,
            **dict.fromkeys(("100", "429"), _BUSY),
            **dict.fromkeys(("400", "401", "412", "413"), _SENDER),
            "405": _QUOTA,
            "406": _GONE,
        },
    ),
    "resend": Provider(
        name="Resend",
        page="https://resend.com/docs/api-reference/errors",
        message_id=MessageId.UNKNOWN,
        switches_tracking=False,
        code_at=("name",),
        codes={
            **dict.fromkeys(("missing_api_key", "invalid_api_key", "restricted_api_key"), _LOGIN),
            **dict.fromkeys(("daily_quota_exceeded", "monthly_quota_exceeded"), _QUOTA),
            **dict.fromkeys(("invalid_from_address", "invalid_access", "security_error"), _SENDER),
            "rate_limit_exceeded": _BUSY,
        },
    ),
    "scaleway": Provider(
        name="Scaleway",
        page="https://www.scaleway.com/en/developers/api/transactional-email/",
        message_id=MessageId.UNKNOWN,
        names_letter=False,
        switches_tracking=False,  # it never does either
        reports=False,
        code_at=("type",),
        codes={
            **dict.fromkeys(("denied_authentication", "permissions_denied"), _LOGIN),
            "quotas_exceeded": _QUOTA,
            "not_found": _SENDER,
            **dict.fromkeys(("too_many_requests", "transient_state"), _BUSY),
        },
    ),
    "sendgrid": Provider(
        name="SendGrid",
        page="https://www.twilio.com/docs/sendgrid/api-reference/mail-send/errors",
        message_id=MessageId.UNKNOWN,
        code_at=("errors.0.field",),
        codes={"from": _SENDER, "from.email": _SENDER, "personalizations.0.to.0.email": _INVALID},
    ),
    "sparkpost": Provider(
        name="SparkPost",
        page="https://support.sparkpost.com/docs/tech-resources/extended-error-codes",
        message_id=MessageId.UNKNOWN,
        code_at=("errors.0.code",),
        codes={"7001": _SENDER, "5002": _INVALID},
    ),
    "unisender_go": Provider(
        name="Unisender Go",
        page="https://godocs.unisender.ru/web-api-ref",
        message_id=MessageId.UNKNOWN,
        code_at=("failed_emails.*", "code"),
        codes={
            "invalid": _INVALID,
            **dict.fromkeys(("permanent_unavailable", "unsubscribed"), _GONE),
            "temporary_unavailable": _BUSY,
        },
    ),
}
FORMER_NAMES = {"sendinblue": "brevo"}


def provider_of(backend: str) -> Provider | None:
    """Return the provider of an e-mail backend (dotted path); None if it is none that anymail or we know."""
    if not backend.startswith(BACKENDS):
        return None
    key = backend.removeprefix(BACKENDS).split(".")[0]
    return PROVIDERS.get(FORMER_NAMES.get(key, key))


def provider_named(name: str) -> Provider | None:
    """Return the provider that anymail calls so (esp_name)."""
    key = name.lower().replace(" ", "_")
    return PROVIDERS.get(FORMER_NAMES.get(key, key))


def headers_for(provider: Provider | None, headers: dict[str, str]) -> dict[str, str]:
    """Return the headers of a letter as its provider takes them."""
    if provider is None:
        return headers
    if not provider.takes_headers:
        return {}
    is_refused = provider.message_id == MessageId.REFUSED
    taken = {name: value for name, value in headers.items() if not (is_refused and name == "Message-ID")}
    return {**taken, **provider.more_headers}
