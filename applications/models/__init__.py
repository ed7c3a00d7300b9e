"""Applications as stored. What happens to them is in the modules named after each concept."""

from applications.models.applicant import MOST_APPLICANTS, Applicant, ApplicantQuerySet, NamePart
from applications.models.application import OPEN, Application, ApplicationQuerySet, emails_held, was_valid
from applications.models.certificate import Certificate, CertificateDocument
from applications.models.confirmation import Confirmation
from applications.models.draft import Draft, DraftQuerySet
from applications.models.error_report import ErrorReport
from applications.models.history import Happening, StateChange
from applications.models.id_check import FOR_SUPERVISOR, IdCheck, IdCheckQuerySet
from applications.models.invitation import Invitation
from applications.models.learned_code import LearnedCode, belongs_to
from applications.models.origin import Origin
from applications.models.receipt_document import PdfDocument, ReceiptDocument
from applications.models.recorded_act import RecordedAct
from applications.models.terms import Terms, TermsAcceptance
from applications.models.version import Version

__all__ = [
    "FOR_SUPERVISOR",
    "MOST_APPLICANTS",
    "OPEN",
    "Applicant",
    "ApplicantQuerySet",
    "Application",
    "ApplicationQuerySet",
    "Certificate",
    "CertificateDocument",
    "Confirmation",
    "Draft",
    "DraftQuerySet",
    "ErrorReport",
    "Happening",
    "IdCheck",
    "IdCheckQuerySet",
    "Invitation",
    "LearnedCode",
    "NamePart",
    "Origin",
    "PdfDocument",
    "ReceiptDocument",
    "RecordedAct",
    "StateChange",
    "Terms",
    "TermsAcceptance",
    "Version",
    "belongs_to",
    "emails_held",
    "was_valid",
]
