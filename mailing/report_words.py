"""What the words of each provider's reports mean: its own types, from the pages in docs/email.md.

A word stands for a fate and a reason. The reason is certain, or what holds if the receiving server's code says nothing
better. A fate of None changes nothing: automatic answers, and readers who say that it is *not* spam.
"""

from dataclasses import dataclass

from mailing.enums import Failure, Fate


@dataclass(frozen=True)
class Meaning:
    """What a word of a provider says of a letter."""

    fate: Fate | None
    reason: Failure | None = None
    is_certain: bool = True


def _came_back(reason: Failure) -> Meaning:
    """Return the meaning of a bounce whose reason the provider itself names."""
    return Meaning(Fate.BOUNCED, reason)


def _unless_coded(reason: Failure | None) -> Meaning:
    """Return the meaning of a bounce for this reason, if the receiving server gave no better one."""
    return Meaning(Fate.BOUNCED, reason, is_certain=False)


NOTHING = Meaning(None)
ARRIVED, COMPLAINED = Meaning(Fate.DELIVERED), Meaning(Fate.COMPLAINED)
DELAYED = Meaning(Fate.DEFERRED, Failure.BUSY, is_certain=False)
NO_ADDRESS, FULL = _came_back(Failure.NO_ADDRESS), _came_back(Failure.FULL)
SUPPRESSED, REFUSED = _came_back(Failure.SUPPRESSED), _came_back(Failure.REFUSED)
SENDER, QUOTA, ERROR = _came_back(Failure.SENDER), _came_back(Failure.QUOTA), _came_back(Failure.ERROR)
HARD, SOFT, UNCLEAR = _unless_coded(Failure.NO_ADDRESS), _unless_coded(Failure.BUSY), _unless_coded(None)
BLOCKED = _unless_coded(Failure.SENDER)  # the provider says that we are; the server only that it refuses (x.7.x)

# Amazon SES, and Resend, which sends through it: type and subtype of a bounce.
_BOUNCES_OF_SES = {
    "permanent": HARD,
    "permanent noemail": UNCLEAR,
    **dict.fromkeys(
        ("permanent suppressed", "permanent onaccountsuppressionlist", "permanent unsubscribedrecipient"), SUPPRESSED
    ),
    "transient": SOFT,
    "transient general": NOTHING,  # answers of people on holiday, which no server calls failed
    "transient general failed": SOFT,
    "transient mailboxfull": FULL,
    **dict.fromkeys(
        ("transient messagetoolarge", "transient contentrejected", "transient attachmentrejected"), REFUSED
    ),
    "undetermined": UNCLEAR,
}
# Feedback types of RFC 5965 § 7.3 that are no complaint of a reader.
_FEEDBACK = {"not-spam": NOTHING, "auth-failure": NOTHING}

# Where the words stand in a report (paths.py), the most exact first; `?` before a path: "suppressed", if it says so.
PHRASES: dict[str, tuple[str, ...]] = {
    "Amazon SES": tuple(
        f"{kind} {more}".strip()
        for kind in ("eventType", "notificationType")
        for more in (
            "bounce.bounceType bounce.bounceSubType bounce.bouncedRecipients.0.action",
            "bounce.bounceType bounce.bounceSubType",
            "bounce.bounceType",
            "complaint.complaintSubType",
            "complaint.complaintFeedbackType",
            "deliveryDelay.delayType",
            "",
        )
    ),
    "Brevo": ("event",),
    "MailerSend": ("data.type",),
    "Mailgun": (
        "event-data.event event-data.severity",
        "event-data.event event-data.reason",
        "event-data.event event-data.delivery-status.code",
        "event-data.event",
        "event code",  # as it reported before 2018
        "event",
    ),
    "Mailjet": ("error hard_bounce", "error", "event hard_bounce", "event"),
    "Mailtrap": ("event ?reason", "event"),
    "Mandrill": ("event reject.reason", "event msg.reject.reason", "event msg.bounce_description", "event"),
    "Postal": ("payload.status ?payload.details", "payload.status"),
    "Postmark": ("RecordType Type", "RecordType"),
    "Resend": (
        "type data.bounce.type data.bounce.subType",
        "type data.bounce.type",
        "type data.failed.reason",
        "type",
    ),
    "SendGrid": ("event bounce_classification", "event reason", "event type", "event"),
    "SparkPost": (
        "msys.*.type msys.*.fbtype",
        "msys.*.type msys.*.bounce_class ?msys.*.raw_reason",
        "msys.*.type msys.*.bounce_class",
        "msys.*.type ?msys.*.raw_reason",
        "msys.*.type",
    ),
    "Unisender Go": ("status delivery_info.delivery_status", "status"),
}

WORDS: dict[str, dict[str, Meaning]] = {
    "Amazon SES": {
        "delivery": ARRIVED,
        **{f"bounce {words}": meaning for words, meaning in _BOUNCES_OF_SES.items()},
        "bounce": UNCLEAR,
        "complaint": COMPLAINED,
        "complaint onaccountsuppressionlist": SUPPRESSED,
        **{f"complaint {words}": meaning for words, meaning in _FEEDBACK.items()},
        "reject": ERROR,
        "rendering failure": ERROR,
        "deliverydelay": DELAYED,
        "deliverydelay mailboxfull": Meaning(Fate.DEFERRED, Failure.FULL),
    },
    "Brevo": {
        "delivered": ARRIVED,
        "hard_bounce": HARD,
        "soft_bounce": SOFT,
        "blocked": SUPPRESSED,
        "invalid_email": NO_ADDRESS,
        "deferred": DELAYED,
        "error": ERROR,
        **dict.fromkeys(("spam", "complaint"), COMPLAINED),
    },
    "MailerSend": {
        "delivered": ARRIVED,
        "hard_bounced": HARD,
        "soft_bounced": SOFT,
        "deferred": DELAYED,
        "spam_complaint": COMPLAINED,
    },
    "Mailgun": {
        "delivered": ARRIVED,
        "complained": COMPLAINED,
        "rejected": SENDER,
        **dict.fromkeys(("failed", "bounced"), UNCLEAR),
        "failed temporary": DELAYED,
        **dict.fromkeys((f"failed {reason}" for reason in ("suppress-bounce", "suppress-complaint")), SUPPRESSED),
        **dict.fromkeys(("failed suppress-unsubscribe", "failed 605", "failed 606", "failed 607"), SUPPRESSED),
        "failed espblock": SENDER,
        "dropped": UNCLEAR,
        **dict.fromkeys(("dropped 605", "dropped 606", "dropped 607"), SUPPRESSED),
    },
    "Mailjet": {
        "sent": ARRIVED,
        "spam": COMPLAINED,
        **dict.fromkeys(("bounce", "blocked"), UNCLEAR),
        "bounce false": SOFT,  # not hard
        **dict.fromkeys(("user unknown", "mailbox inactive", "invalid domain", "no mail host", "typofix"), NO_ADDRESS),
        "quota exceeded": FULL,
        "greylisted": DELAYED,
        "greylisted true": SOFT,
        "relay/access denied": BLOCKED,  # "refusing to talk to us"
        "content blocked": REFUSED,
        **dict.fromkeys(("blacklisted", "spam reporter", "preblocked"), SUPPRESSED),
        **dict.fromkeys(("sender blocked", "policy issue", "spam preblocked"), SENDER),
        **dict.fromkeys(("system issue", "protocol issue", "connection issue"), SOFT),
        **dict.fromkeys(("duplicate in campaign", "bad or empty template", "error in template language"), ERROR),
    },
    "Mailtrap": {
        "delivery": ARRIVED,
        "bounce": UNCLEAR,
        "soft bounce": DELAYED,
        "suspension": DELAYED,
        "reject": SENDER,
        "reject suppressed": SUPPRESSED,
        "spam": COMPLAINED,
    },
    "Mandrill": {
        "delivered": ARRIVED,  # anymail 15.2 calls it unknown
        "deferral": DELAYED,
        "hard_bounce": HARD,
        "soft_bounce": SOFT,
        **{
            f"{event} {words}": meaning
            for event in ("hard_bounce", "soft_bounce")
            for words, meaning in {
                **dict.fromkeys(("bad_mailbox", "invalid_domain"), NO_ADDRESS),
                "mailbox_full": FULL,
                **dict.fromkeys(("spam", "msg_too_large"), REFUSED),
            }.items()
        },
        "spam": COMPLAINED,
        "reject": SUPPRESSED,
        "reject invalid": NO_ADDRESS,
        **dict.fromkeys(("reject invalid-sender", "reject unsigned", "reject rule"), SENDER),
        "reject test-mode-limit": QUOTA,
    },
    "Postal": {
        "sent": ARRIVED,
        "softfail": DELAYED,
        "hardfail": UNCLEAR,
        "hardfail suppressed": SUPPRESSED,
        "held": Meaning(Fate.DEFERRED, Failure.BUSY),
        "held suppressed": SUPPRESSED,
    },
    "Postmark": {
        "delivery": ARRIVED,
        "spamcomplaint": COMPLAINED,
        "subscriptionchange": NOTHING,  # a bounce or complaint tells of it too
        "bounce": UNCLEAR,
        "bounce hardbounce": HARD,
        "bounce softbounce": SOFT,
        **dict.fromkeys(("bounce transient", "bounce dnserror"), DELAYED),
        **dict.fromkeys(("bounce autoresponder", "bounce addresschange", "bounce challengeverification"), NOTHING),
        **dict.fromkeys(("bounce subscribe", "bounce unsubscribe", "bounce openrelaytest", "bounce unknown"), NOTHING),
        "bounce bademailaddress": NO_ADDRESS,
        **dict.fromkeys(("bounce manuallydeactivated", "bounce unconfirmed"), SUPPRESSED),
        "bounce spamcomplaint": COMPLAINED,
        # A filter's word after the delivery, not a reader's.
        **dict.fromkeys(("bounce spamnotification", "bounce virusnotification"), REFUSED),
        "bounce blocked": BLOCKED,
        "bounce dmarcpolicy": SENDER,
        **dict.fromkeys(("bounce smtpapierror", "bounce templaterenderingfailed"), ERROR),
    },
    "Resend": {
        "email.delivered": ARRIVED,
        "email.complained": COMPLAINED,
        "email.delivery_delayed": DELAYED,
        "email.suppressed": SUPPRESSED,
        "email.failed": ERROR,
        **dict.fromkeys(("email.failed reached_daily_quota", "email.failed reached_monthly_quota"), QUOTA),
        "email.bounced": UNCLEAR,
        **{f"email.bounced {words}": meaning for words, meaning in _BOUNCES_OF_SES.items()},
    },
    "SendGrid": {
        "delivered": ARRIVED,
        "spamreport": COMPLAINED,
        "deferred": DELAYED,
        "bounce": UNCLEAR,
        "bounce invalid address": NO_ADDRESS,
        "bounce mailbox unavailable": UNCLEAR,
        **dict.fromkeys(("bounce reputation", "bounce frequency or volume too high"), SENDER),
        "bounce blocked": BLOCKED,
        "bounce expired": SOFT,
        "dropped": ERROR,
        **dict.fromkeys(("dropped bounced address", "dropped bounce", "dropped unsubscribed address"), SUPPRESSED),
        **dict.fromkeys(("dropped spam reporting address", "dropped spam report"), SUPPRESSED),
        "dropped invalid": NO_ADDRESS,
        "dropped recipient list over package quota": QUOTA,
    },
    "SparkPost": {
        "delivery": ARRIVED,
        "delay": DELAYED,
        "spam_complaint": COMPLAINED,
        **{f"spam_complaint {words}": meaning for words, meaning in _FEEDBACK.items()},
        **dict.fromkeys(("generation_failure", "generation_rejection"), ERROR),
        **dict.fromkeys(("generation_rejection suppressed", "policy_rejection suppressed"), SUPPRESSED),
        "policy_rejection": SENDER,
        **dict.fromkeys(("bounce", "out_of_band"), UNCLEAR),
        **{
            f"{event} {number}": meaning
            for event in ("bounce", "out_of_band")
            for number, meaning in {
                **dict.fromkeys(("10", "30"), NO_ADDRESS),
                **dict.fromkeys(("20", "21", "24", "70"), SOFT),
                "22": FULL,
                **dict.fromkeys(("23", "52", "53", "54"), REFUSED),
                **dict.fromkeys(("25", "50", "51"), SENDER),
                "25 suppressed": SUPPRESSED,
                **dict.fromkeys(("60", "80", "90", "100"), NOTHING),
            }.items()
        },
    },
    "Unisender Go": {
        "delivered": ARRIVED,
        "spam": COMPLAINED,
        "soft_bounced": DELAYED,
        "soft_bounced err_mailbox_full": Meaning(Fate.DEFERRED, Failure.FULL),
        "hard_bounced": UNCLEAR,
        **{
            f"hard_bounced err_{why}": meaning
            for why, meaning in {
                **dict.fromkeys(("user_unknown", "user_inactive", "mailbox_discarded", "domain_inactive"), NO_ADDRESS),
                "mailbox_full": FULL,
                **dict.fromkeys(("unsubscribed", "unreachable", "skip_letter"), SUPPRESSED),
                **dict.fromkeys(("spam_rejected", "too_large"), REFUSED),
                "blacklisted": SENDER,
                **dict.fromkeys(("lost", "spam_skipped"), ERROR),
            }.items()
        },
    },
}
WORDS["SendinBlue"], PHRASES["SendinBlue"] = WORDS["Brevo"], PHRASES["Brevo"]
