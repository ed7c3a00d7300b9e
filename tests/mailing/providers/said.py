"""What providers say of a letter, by the types and fields of their documentation, and what it means."""

from mailing.enums import Failure, Fate
from tests.mailing.providers.accounts import TO

ARRIVED, DELAYED, BOUNCED, COMPLAINED = Fate.DELIVERED, Fate.DEFERRED, Fate.BOUNCED, Fate.COMPLAINED
NOTHING = None
NO_SUCH = "550 5.1.1 The email account that you tried to reach does not exist"
OVER_QUOTA = "552 5.2.2 The email account is over quota"
GREY = "450 4.7.1 Greylisted, come back later"
SPAM = "554 5.7.1 Message looks like spam"
NO_CODE = "The server said something"


def _ses(kind, subtype, **recipient):
    bounced = {"bounceType": kind, "bounceSubType": subtype, "bouncedRecipients": [{"emailAddress": TO, **recipient}]}
    return {"eventType": "Bounce", "bounce": bounced}


def _ses_complaint(**more):
    return {"eventType": "Complaint", "complaint": {"complainedRecipients": [{"emailAddress": TO}], **more}}


def _resend(kind, **data):
    return {"type": f"email.{kind}", "data": data}


def _resend_bounce(kind, subtype, text=NO_CODE):
    return _resend("bounced", bounce={"type": kind, "subType": subtype, "message": text})


def _mailgun(severity, text, **more):
    status = {"code": 550, "message": text, "description": ""}
    return {"event": "failed", "severity": severity, "delivery-status": status, **more}


def _mailjet(event, error, **more):
    return {"event": event, "error": error, "error_related_to": "recipient", **more}


def _sparkpost(number, text=NO_CODE, kind="bounce"):
    return {"type": kind, "bounce_class": number, "raw_reason": text}


def _unisender(status, why, text=""):
    return {"status": status, "delivery_info": {"delivery_status": why, "destination_response": text}}


def _mandrill(event, **more):
    return {"event": event, **more}


# The first of each arrived, the second is an address that does not exist.
SAID = {
    "amazon_ses": [
        ({"eventType": "Delivery", "delivery": {"recipients": [TO], "smtpResponse": "250 ok"}}, ARRIVED, None),
        (_ses("Permanent", "General", status="5.1.1", diagnosticCode=NO_SUCH), BOUNCED, Failure.NO_ADDRESS),
        (_ses("Permanent", "General"), BOUNCED, Failure.NO_ADDRESS),
        (_ses("Permanent", "General", diagnosticCode=SPAM), BOUNCED, Failure.REFUSED),
        (_ses("Permanent", "OnAccountSuppressionList"), BOUNCED, Failure.SUPPRESSED),
        (_ses("Transient", "MailboxFull"), BOUNCED, Failure.FULL),
        (_ses("Transient", "General"), NOTHING, None),
        (_ses("Transient", "General", action="failed", status="4.4.7"), BOUNCED, Failure.BUSY),
        (_ses("Transient", "ContentRejected"), BOUNCED, Failure.REFUSED),
        (_ses("Undetermined", "Undetermined"), BOUNCED, None),
        (_ses_complaint(complaintFeedbackType="abuse"), COMPLAINED, None),
        (_ses_complaint(), COMPLAINED, None),
        (_ses_complaint(complaintFeedbackType="not-spam"), NOTHING, None),
        (_ses_complaint(complaintSubType="OnAccountSuppressionList"), BOUNCED, Failure.SUPPRESSED),
        ({"eventType": "Reject", "reject": {"reason": "Bad content"}}, BOUNCED, Failure.ERROR),
        ({"eventType": "DeliveryDelay", "deliveryDelay": {"delayType": "MailboxFull"}}, DELAYED, Failure.FULL),
        ({"eventType": "DeliveryDelay", "deliveryDelay": {"delayType": "IPFailure"}}, DELAYED, Failure.BUSY),
        ({"notificationType": "Delivery", "delivery": {"recipients": [TO]}}, ARRIVED, None),
        ({"eventType": "Send", "send": {}}, NOTHING, None),
        ({"eventType": "Open", "open": {}}, NOTHING, None),
    ],
    "brevo": [
        ({"event": "delivered"}, ARRIVED, None),
        ({"event": "hard_bounce", "reason": NO_SUCH}, BOUNCED, Failure.NO_ADDRESS),
        ({"event": "hard_bounce"}, BOUNCED, Failure.NO_ADDRESS),
        ({"event": "soft_bounce", "reason": OVER_QUOTA}, BOUNCED, Failure.FULL),
        ({"event": "soft_bounce", "reason": "Mailbox is full"}, BOUNCED, Failure.FULL),
        ({"event": "soft_bounce"}, BOUNCED, Failure.BUSY),
        ({"event": "blocked", "reason": "blocked : due to blacklist user"}, BOUNCED, Failure.SUPPRESSED),
        ({"event": "invalid_email"}, BOUNCED, Failure.NO_ADDRESS),
        ({"event": "deferred", "reason": GREY}, DELAYED, Failure.BUSY),
        ({"event": "error"}, BOUNCED, Failure.ERROR),
        ({"event": "spam"}, COMPLAINED, None),
        ({"event": "request"}, NOTHING, None),
        ({"event": "unique_opened"}, NOTHING, None),
    ],
    "mailersend": [
        ({"type": "delivered"}, ARRIVED, None),
        (
            {"type": "hard_bounced", "morph": {"object": "recipient_bounce", "reason": NO_SUCH}},
            BOUNCED,
            Failure.NO_ADDRESS,
        ),
        (
            {"type": "soft_bounced", "morph": {"object": "recipient_bounce", "reason": OVER_QUOTA}},
            BOUNCED,
            Failure.FULL,
        ),
        ({"type": "soft_bounced"}, BOUNCED, Failure.BUSY),
        ({"type": "deferred"}, DELAYED, Failure.BUSY),
        ({"type": "spam_complaint", "morph": {"object": "spam_complaint"}}, COMPLAINED, None),
        ({"type": "sent"}, NOTHING, None),
    ],
    "mailgun": [
        ({"event": "delivered"}, ARRIVED, None),
        (_mailgun("permanent", NO_SUCH, reason="bounce"), BOUNCED, Failure.NO_ADDRESS),
        (_mailgun("permanent", OVER_QUOTA, reason="bounce"), BOUNCED, Failure.FULL),
        (_mailgun("permanent", SPAM, reason="generic"), BOUNCED, Failure.REFUSED),
        (
            _mailgun("permanent", "Not delivering to previously bounced", reason="suppress-bounce"),
            BOUNCED,
            Failure.SUPPRESSED,
        ),
        (_mailgun("permanent", "", reason="suppress-complaint"), BOUNCED, Failure.SUPPRESSED),
        (_mailgun("temporary", GREY, reason="generic"), DELAYED, Failure.BUSY),
        (_mailgun("temporary", SPAM, reason="espblock"), DELAYED, Failure.BUSY),
        (_mailgun("permanent", OVER_QUOTA, reason="delayed-bounce"), BOUNCED, Failure.FULL),
        (_mailgun("temporary", OVER_QUOTA, reason="generic"), DELAYED, Failure.FULL),
        ({"event": "rejected", "reject": {"reason": "Sandbox"}}, BOUNCED, Failure.SENDER),
        ({"event": "complained"}, COMPLAINED, None),
        ({"event": "opened"}, NOTHING, None),
    ],
    "mailjet": [
        ({"event": "sent", "smtp_reply": "sent (250 2.0.0 OK)"}, ARRIVED, None),
        (_mailjet("bounce", "user unknown", hard_bounce=True), BOUNCED, Failure.NO_ADDRESS),
        (_mailjet("bounce", "invalid domain", hard_bounce=True), BOUNCED, Failure.NO_ADDRESS),
        (_mailjet("bounce", "quota exceeded", hard_bounce=False), BOUNCED, Failure.FULL),
        (_mailjet("bounce", "relay/access denied", hard_bounce=False), BOUNCED, Failure.SENDER),
        (_mailjet("bounce", "greylisted", hard_bounce=False), DELAYED, Failure.BUSY),
        (_mailjet("bounce", "greylisted", hard_bounce=True), BOUNCED, Failure.BUSY),
        (_mailjet("bounce", "sender blocked", hard_bounce=False), BOUNCED, Failure.SENDER),
        (_mailjet("bounce", "unheard of", hard_bounce=False, comment=OVER_QUOTA), BOUNCED, Failure.FULL),
        (_mailjet("blocked", "preblocked"), BOUNCED, Failure.SUPPRESSED),
        (_mailjet("blocked", "spam reporter"), BOUNCED, Failure.SUPPRESSED),
        ({"event": "spam", "source": "JMRPP"}, COMPLAINED, None),
        ({"event": "open"}, NOTHING, None),
    ],
    "mailtrap": [
        ({"event": "delivery"}, ARRIVED, None),
        ({"event": "bounce", "response": f"bounced ({NO_SUCH})", "response_code": 550}, BOUNCED, Failure.NO_ADDRESS),
        ({"event": "bounce", "response": f"bounced ({OVER_QUOTA})"}, BOUNCED, Failure.FULL),
        ({"event": "soft bounce", "response": GREY}, DELAYED, Failure.BUSY),
        ({"event": "reject", "reason": "Recipient in suppression list"}, BOUNCED, Failure.SUPPRESSED),
        ({"event": "reject", "reason": "Sender not allowed"}, BOUNCED, Failure.SENDER),
        ({"event": "suspension"}, DELAYED, Failure.BUSY),
        ({"event": "spam"}, COMPLAINED, None),
        ({"event": "open"}, NOTHING, None),
    ],
    "mandrill": [
        (_mandrill("delivered"), ARRIVED, None),
        (
            _mandrill("hard_bounce", msg={"bounce_description": "bad_mailbox", "diag": NO_SUCH}),
            BOUNCED,
            Failure.NO_ADDRESS,
        ),
        (_mandrill("hard_bounce", msg={"bounce_description": "general", "diag": SPAM}), BOUNCED, Failure.REFUSED),
        (_mandrill("soft_bounce", msg={"bounce_description": "mailbox_full", "diag": ""}), BOUNCED, Failure.FULL),
        (_mandrill("soft_bounce"), BOUNCED, Failure.BUSY),
        (_mandrill("deferral", msg={"diag": GREY}), DELAYED, Failure.BUSY),
        (_mandrill("reject", reject={"reason": "hard-bounce"}), BOUNCED, Failure.SUPPRESSED),
        (_mandrill("reject", reject={"reason": "unsigned"}), BOUNCED, Failure.SENDER),
        (_mandrill("reject", reject={"reason": "test-mode-limit"}), BOUNCED, Failure.QUOTA),
        (_mandrill("spam"), COMPLAINED, None),
        (_mandrill("send"), NOTHING, None),
    ],
    "postal": [
        ({"status": "Sent", "output": "250 OK"}, ARRIVED, None),
        ({"status": "HardFail", "output": NO_SUCH, "details": "Permanent failure"}, BOUNCED, Failure.NO_ADDRESS),
        ({"status": "HardFail", "details": "Recipient is on the suppression list"}, BOUNCED, Failure.SUPPRESSED),
        ({"status": "HardFail", "output": OVER_QUOTA}, BOUNCED, Failure.FULL),
        ({"status": "SoftFail", "output": GREY}, DELAYED, Failure.BUSY),
        ({"status": "Held", "details": "Server is over its limit"}, DELAYED, Failure.BUSY),
        ({"status": "Held", "details": "Recipient is on the suppression list"}, BOUNCED, Failure.SUPPRESSED),
        ({"bounce": {"id": 2}}, BOUNCED, None),
    ],
    "postmark": [
        ({"RecordType": "Delivery"}, ARRIVED, None),
        ({"RecordType": "Bounce", "Type": "HardBounce", "Details": NO_SUCH}, BOUNCED, Failure.NO_ADDRESS),
        ({"RecordType": "Bounce", "Type": "HardBounce", "Details": SPAM}, BOUNCED, Failure.REFUSED),
        ({"RecordType": "Bounce", "Type": "SoftBounce", "Details": OVER_QUOTA}, BOUNCED, Failure.FULL),
        ({"RecordType": "Bounce", "Type": "SoftBounce", "Description": "Mailbox full"}, BOUNCED, Failure.FULL),
        ({"RecordType": "Bounce", "Type": "Blocked", "Details": SPAM}, BOUNCED, Failure.SENDER),
        ({"RecordType": "Bounce", "Type": "DMARCPolicy"}, BOUNCED, Failure.SENDER),
        ({"RecordType": "Bounce", "Type": "ManuallyDeactivated"}, BOUNCED, Failure.SUPPRESSED),
        ({"RecordType": "Bounce", "Type": "SpamNotification"}, BOUNCED, Failure.REFUSED),
        ({"RecordType": "Bounce", "Type": "Transient", "Details": GREY}, DELAYED, Failure.BUSY),
        ({"RecordType": "Bounce", "Type": "AutoResponder"}, NOTHING, None),
        ({"RecordType": "Bounce", "Type": "AddressChange"}, NOTHING, None),
        ({"RecordType": "SpamComplaint", "Type": "SpamComplaint"}, COMPLAINED, None),
        ({"RecordType": "SubscriptionChange", "SuppressionReason": "HardBounce"}, NOTHING, None),
    ],
    "resend": [
        (_resend("delivered"), ARRIVED, None),
        (_resend_bounce("Permanent", "General"), BOUNCED, Failure.NO_ADDRESS),
        (_resend_bounce("Permanent", "Suppressed"), BOUNCED, Failure.SUPPRESSED),
        (_resend_bounce("Transient", "MailboxFull"), BOUNCED, Failure.FULL),
        (_resend_bounce("Transient", "General"), NOTHING, None),
        (_resend("bounced", bounce={"message": "because the recipient's inbox was full"}), BOUNCED, Failure.FULL),
        (_resend("suppressed", suppressed={"type": "OnAccountSuppressionList"}), BOUNCED, Failure.SUPPRESSED),
        (_resend("failed", failed={"reason": "reached_daily_quota"}), BOUNCED, Failure.QUOTA),
        (_resend("failed", failed={"reason": "something"}), BOUNCED, Failure.ERROR),
        (_resend("delivery_delayed"), DELAYED, Failure.BUSY),
        (_resend("complained"), COMPLAINED, None),
        (_resend("opened"), NOTHING, None),
    ],
    "sendgrid": [
        ({"event": "delivered", "response": "250 OK"}, ARRIVED, None),
        ({"event": "bounce", "type": "bounce", "status": "5.1.1", "reason": NO_SUCH}, BOUNCED, Failure.NO_ADDRESS),
        (
            {"event": "bounce", "type": "bounce", "bounce_classification": "Invalid Address"},
            BOUNCED,
            Failure.NO_ADDRESS,
        ),
        ({"event": "bounce", "type": "bounce", "status": "5.2.2", "reason": NO_CODE}, BOUNCED, Failure.FULL),
        ({"event": "bounce", "type": "blocked", "reason": SPAM}, BOUNCED, Failure.SENDER),
        ({"event": "bounce", "type": "blocked", "reason": OVER_QUOTA}, BOUNCED, Failure.FULL),
        ({"event": "dropped", "reason": "Bounced Address"}, BOUNCED, Failure.SUPPRESSED),
        ({"event": "dropped", "reason": "Spam Reporting Address"}, BOUNCED, Failure.SUPPRESSED),
        ({"event": "dropped", "reason": "Recipient List over Package Quota"}, BOUNCED, Failure.QUOTA),
        ({"event": "dropped", "reason": "Invalid SMTPAPI header"}, BOUNCED, Failure.ERROR),
        ({"event": "deferred", "response": GREY}, DELAYED, Failure.BUSY),
        ({"event": "spamreport"}, COMPLAINED, None),
        ({"event": "processed"}, NOTHING, None),
    ],
    "sparkpost": [
        ({"type": "delivery"}, ARRIVED, None),
        (_sparkpost("10", NO_SUCH), BOUNCED, Failure.NO_ADDRESS),
        (_sparkpost("22", OVER_QUOTA), BOUNCED, Failure.FULL),
        (_sparkpost("1", OVER_QUOTA, "out_of_band"), BOUNCED, Failure.FULL),
        (_sparkpost("25", "554 5.7.1 [internal] recipient address suppressed"), BOUNCED, Failure.SUPPRESSED),
        (_sparkpost("51", SPAM), BOUNCED, Failure.SENDER),
        (_sparkpost("60", "Out of office"), NOTHING, None),
        (_sparkpost(60, "Out of office"), NOTHING, None),
        (_sparkpost("70", GREY), BOUNCED, Failure.BUSY),
        ({"type": "delay", "bounce_class": "22", "raw_reason": GREY}, DELAYED, Failure.BUSY),
        ({"type": "policy_rejection", "raw_reason": "recipient address suppressed"}, BOUNCED, Failure.SUPPRESSED),
        ({"type": "generation_failure", "raw_reason": NO_CODE}, BOUNCED, Failure.ERROR),
        ({"type": "spam_complaint", "fbtype": "abuse"}, COMPLAINED, None),
        ({"type": "spam_complaint", "fbtype": "not-spam"}, NOTHING, None),
        ({"type": "injection"}, NOTHING, None),
    ],
    "unisender_go": [
        (_unisender("delivered", "ok_delivered"), ARRIVED, None),
        (_unisender("hard_bounced", "err_user_unknown", NO_SUCH), BOUNCED, Failure.NO_ADDRESS),
        (_unisender("hard_bounced", "err_mailbox_full"), BOUNCED, Failure.FULL),
        (_unisender("hard_bounced", "err_unsubscribed"), BOUNCED, Failure.SUPPRESSED),
        (_unisender("hard_bounced", "err_delivery_failed", OVER_QUOTA), BOUNCED, Failure.FULL),
        (_unisender("hard_bounced", "err_blacklisted"), BOUNCED, Failure.SENDER),
        (_unisender("hard_bounced", "err_lost"), BOUNCED, Failure.ERROR),
        (_unisender("soft_bounced", "err_will_retry", GREY), DELAYED, Failure.BUSY),
        (_unisender("soft_bounced", "err_mailbox_full"), DELAYED, Failure.FULL),
        (_unisender("spam", ""), COMPLAINED, None),
        (_unisender("sent", "ok_sent"), NOTHING, None),
    ],
}
