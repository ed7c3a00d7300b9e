"""What providers answer when they do not take a letter, in the form that their documentation shows."""

from mailing.enums import Failure
from tests.mailing.providers.accounts import TO


def _mailjet(code, text, related):
    error = {"ErrorCode": code, "StatusCode": 400, "ErrorMessage": text, "ErrorRelatedTo": [related]}
    return {"Messages": [{"Status": "error", "Errors": [error]}]}


def _resend(name, text):
    return {"statusCode": 422, "name": name, "message": text}


def _sparkpost(code, text):
    return {"errors": [{"code": code, "message": text}]}


def _sendgrid(text, field=None):
    return {"errors": [{"message": text, "field": field, "help": None}]}


INACTIVE = f"Found inactive addresses: {TO}. Inactive recipients are ones that have generated a hard bounce."

# By provider: status, body, reason.
REFUSALS = {
    "brevo": [
        (401, {"code": "unauthorized", "message": "Key not found"}, Failure.LOGIN),
        (402, {"code": "not_enough_credits", "message": "Not enough"}, Failure.QUOTA),
        (403, {"code": "permission_denied", "message": "Not yet activated"}, Failure.SENDER),
        (400, {"code": "invalid_parameter", "message": "email is not valid in to"}, Failure.INVALID),
        (400, {"code": "invalid_parameter", "message": "valid sender email required"}, Failure.SENDER),
        (429, {"code": "too_many_requests", "message": "Slow"}, Failure.BUSY),
    ],
    "mailersend": [
        (401, {"message": "Unauthenticated."}, Failure.LOGIN),
        (422, {"message": "The from.email domain must be verified. #MS42207", "errors": {}}, Failure.SENDER),
        (422, {"message": "Invalid", "errors": {"to.0.email": ["must be valid"]}}, Failure.INVALID),
        (422, {"message": "Trial accounts can only send to the administrator. #MS42225"}, Failure.SENDER),
        (429, {"message": "Too Many Attempts."}, Failure.BUSY),
        (
            202,
            {"message": "x", "warnings": [{"type": "ALL_SUPPRESSED", "recipients": [{"email": TO, "reason": []}]}]},
            Failure.SUPPRESSED,
        ),
    ],
    "mailgun": [
        (401, "Forbidden", Failure.LOGIN),
        (402, {"message": "Payment required"}, Failure.QUOTA),
        (403, {"message": "Domain confirm.example is not allowed to send: disabled"}, Failure.SENDER),
        (404, {"message": "Domain not found: confirm.example"}, Failure.SENDER),
        (400, {"message": "to parameter is not a valid address. please check documentation"}, Failure.INVALID),
        (400, {"message": "from parameter is missing"}, Failure.SENDER),
        (429, {"message": "Too many requests"}, Failure.BUSY),
    ],
    "mailjet": [
        (401, {"ErrorIdentifier": "i", "StatusCode": 401, "ErrorMessage": "authorization failure"}, Failure.LOGIN),
        (400, _mailjet("send-0008", "noreply is not authorized", "From"), Failure.SENDER),
        (400, _mailjet("send-0011", "Header cannot be customized", "Headers"), Failure.ERROR),
        (400, _mailjet("mj-0013", "is an invalid email address", "To"), Failure.INVALID),
        (429, {"ErrorCode": "x", "ErrorMessage": "Too many requests"}, Failure.BUSY),
    ],
    "mailtrap": [
        (401, {"success": False, "errors": ["Unauthorized"]}, Failure.LOGIN),
        (403, {"success": False, "errors": ["Sending from domain confirm.example is not allowed"]}, Failure.SENDER),
        (400, {"success": False, "errors": ["'to' address is invalid"]}, Failure.INVALID),
        (429, {"success": False, "errors": ["Too many requests"]}, Failure.BUSY),
        (200, {"success": False, "errors": ["Your daily limit is reached"]}, Failure.QUOTA),
    ],
    "mandrill": [
        (500, {"status": "error", "code": -1, "name": "Invalid_Key", "message": "Invalid"}, Failure.LOGIN),
        (500, {"status": "error", "code": 5, "name": "PaymentRequired", "message": "Pay"}, Failure.QUOTA),
        (500, {"status": "error", "code": -99, "name": "GeneralError", "message": "Broken"}, Failure.BUSY),
        (200, [{"email": TO, "status": "rejected", "reject_reason": "hard-bounce"}], Failure.SUPPRESSED),
        (200, [{"email": TO, "status": "rejected", "reject_reason": "unsigned"}], Failure.SENDER),
        (200, [{"email": TO, "status": "rejected", "reject_reason": "test-mode-limit"}], Failure.QUOTA),
        (200, [{"email": TO, "status": "invalid", "reject_reason": None}], Failure.INVALID),
    ],
    "postal": [
        (200, {"status": "error", "data": {"code": "InvalidServerAPIKey", "message": "x"}}, Failure.LOGIN),
        (200, {"status": "error", "data": {"code": "ServerSuspended", "message": "x"}}, Failure.SENDER),
        (200, {"status": "error", "data": {"code": "UnauthenticatedFromAddress", "message": "x"}}, Failure.SENDER),
        (200, {"status": "error", "data": {"code": "NoRecipients", "message": "x"}}, Failure.INVALID),
        (200, {"status": "parameter-error", "data": {}}, Failure.BUSY),
    ],
    "postmark": [
        (401, {"ErrorCode": 10, "Message": "Bad or missing token"}, Failure.LOGIN),
        (422, {"ErrorCode": 300, "Message": f"Invalid 'To' address: '{TO}'."}, Failure.INVALID),
        (422, {"ErrorCode": 300, "Message": "Error parsing 'To': Illegal email domain."}, Failure.INVALID),
        (422, {"ErrorCode": 300, "Message": "Invalid 'From' address."}, Failure.SENDER),
        (422, {"ErrorCode": 400, "Message": "Not found"}, Failure.SENDER),
        (422, {"ErrorCode": 405, "Message": "Not allowed"}, Failure.QUOTA),
        (422, {"ErrorCode": 406, "Message": INACTIVE}, Failure.SUPPRESSED),
        (422, {"ErrorCode": 412, "Message": "Pending"}, Failure.SENDER),
        (429, {"ErrorCode": 429, "Message": "Rate limit exceeded"}, Failure.BUSY),
        (403, "<html>Forbidden</html>", Failure.SENDER),
    ],
    "resend": [
        (401, _resend("missing_api_key", "Missing API Key"), Failure.LOGIN),
        (403, _resend("validation_error", "The confirm.example domain is not verified."), Failure.SENDER),
        (422, _resend("invalid_from_address", "Invalid `from` field."), Failure.SENDER),
        (422, _resend("validation_error", "Invalid `to` field. The email address needs a form."), Failure.INVALID),
        (429, _resend("daily_quota_exceeded", "You have reached it."), Failure.QUOTA),
        (429, _resend("rate_limit_exceeded", "Too many requests."), Failure.BUSY),
    ],
    "scaleway": [
        (401, {"type": "denied_authentication", "message": "authentication is denied"}, Failure.LOGIN),
        (403, {"type": "quotas_exceeded", "message": "quota exceeded", "details": []}, Failure.QUOTA),
        (400, {"type": "invalid_arguments", "details": [{"argument_name": "from"}]}, Failure.SENDER),
        (400, {"type": "invalid_arguments", "details": [{"argument_name": "to[0].email"}]}, Failure.INVALID),
    ],
    "sendgrid": [
        (401, _sendgrid("The provided authorization grant is invalid"), Failure.LOGIN),
        (401, _sendgrid("Maximum credits exceeded"), Failure.QUOTA),
        (403, _sendgrid("The from address does not match a verified Sender Identity.", "from"), Failure.SENDER),
        (400, _sendgrid("Does not contain a valid address.", "personalizations.0.to.0.email"), Failure.INVALID),
        (429, _sendgrid("too many requests"), Failure.BUSY),
    ],
    "sparkpost": [
        (401, {"errors": [{"message": "Unauthorized."}]}, Failure.LOGIN),
        (400, _sparkpost("7001", "Invalid domain"), Failure.SENDER),
        (400, _sparkpost("5002", "At least one valid recipient is required"), Failure.INVALID),
        (420, _sparkpost("2102", "Exceed Sending Limit (daily)"), Failure.QUOTA),
        (
            200,
            {"results": {"total_accepted_recipients": 0, "total_rejected_recipients": 1, "id": "n-1"}},
            Failure.SUPPRESSED,
        ),
    ],
    "unisender_go": [
        (401, {"status": "error", "message": "Provided X-API-KEY is not valid", "code": 102}, Failure.LOGIN),
        (400, {"status": "error", "code": 204, "failed_emails": {TO: "permanent_unavailable"}}, Failure.SUPPRESSED),
        (400, {"status": "error", "code": 204, "failed_emails": {TO: "invalid"}}, Failure.INVALID),
        (200, {"status": "success", "emails": [], "failed_emails": {TO: "temporary_unavailable"}}, Failure.BUSY),
    ],
}
# Whoever the provider is.
ANYWHERE = [
    (400, {"message": "What we do not understand"}, Failure.ERROR),
    (500, "", Failure.BUSY),
    (503, "<html>gone</html>", Failure.BUSY),
]


class NoCredentialsError(OSError):
    """As botocore's."""


class ReadTimeoutError(OSError):
    """As botocore's."""


OF_SES = [
    (NoCredentialsError(), Failure.LOGIN),
    (ReadTimeoutError(), Failure.TIMEOUT),
    (OSError(), Failure.CONNECTION),
    (("AccountSuspendedException", "Suspended", 400), Failure.SENDER),
    (("MailFromDomainNotVerifiedException", "Not verified", 400), Failure.SENDER),
    (("MessageRejected", "Email address is not verified", 400), Failure.SENDER),
    (("LimitExceededException", "Too many", 400), Failure.QUOTA),
    (("TooManyRequestsException", "Slow", 429), Failure.BUSY),
    (("ThrottlingException", "Slow", 400), Failure.BUSY),
    (("SignatureDoesNotMatch", "No", 403), Failure.LOGIN),
    (("BadRequestException", "Invalid recipient address", 400), Failure.INVALID),
    (("Unheard", "Of", 400), Failure.ERROR),
]
