"""The one settings file. Everything that differs between installations comes from the environment.

docs/configuration.md lists the variables. Each may also be given as NAME_FILE, the path of a file that holds the
value. Missing and malformed values are reported all at once. System checks find bad combinations (checks.py).
"""

import hashlib
import logging
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from environs import validate

from heka_confirm import databases, demo_broker, environment, pdf_libraries

BASE_DIR = Path(__file__).resolve().parent.parent

env = environment.Environment()


def secret(name: str, *, many: bool = False) -> dict[str, Any]:
    """Return the default of a secret. Only a development installation has one."""
    value = hashlib.sha256(name.encode()).hexdigest()
    return {"default": [value] if many else value} if DEBUG else {}


# --- Environment -----------------------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
DEMO_WITHOUT_DEBUG = env.bool("DEMO_WITHOUT_DEBUG", default=False)
STAGING = env.bool("STAGING", default=False)
ALLOW_TEST_CODES = env.bool("ALLOW_TEST_CODES", default=DEBUG or STAGING)

SECRET_KEY = env.str("SECRET_KEY", **secret("SECRET_KEY"))
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])
FIELD_ENCRYPTION_KEYS = env.list("FIELD_ENCRYPTION_KEYS", **secret("FIELD_ENCRYPTION_KEYS", many=True))
FIELD_INDEX_KEYS = env.list("FIELD_INDEX_KEYS", **secret("FIELD_INDEX_KEYS", many=True))
RECORD_KEYS = env.list("RECORD_KEYS", **secret("RECORD_KEYS", many=True))

PUBLIC_URL: str = env.site_url("PUBLIC_URL", default="http://127.0.0.1:8000" if DEBUG else "https://localhost")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[environment.host_of(PUBLIC_URL or "") or "localhost"])
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)

DATABASE: dict[str, Any] = env.database_url("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'var' / 'heka.sqlite3'}")
DATABASE_POOLED = env.bool("DATABASE_POOLED", default=False)
SERVES_REQUESTS = env.bool("SERVES_REQUESTS", default=False)  # wsgi.py says so
STATIC_ROOT = env.path("STATIC_ROOT", default=BASE_DIR / "var" / "static")
IDENTITY_PROVIDERS: Any = env.json("IDENTITY_PROVIDERS", default=[], validate=environment.is_list)
IDENTITY_KEYS_FILE = env.path("IDENTITY_KEYS_FILE", default=BASE_DIR / "var" / "identity-keys.json")
STAFF_DIRECTORY: Any = env.json("STAFF_DIRECTORY", default={}, validate=environment.is_object)
STAFF_PASSWORDS = env.bool("STAFF_PASSWORDS", default=True)
BREAK_GLASS_USERNAME = env.str("BREAK_GLASS_USERNAME", default="")
MAIL_SERVER: dict[str, Any] = env.mail_url("EMAIL_URL", default="")
EMAIL_BACKEND = env.str("EMAIL_BACKEND", default="")
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=10)  # seconds
EMAIL_RATE = env.int("EMAIL_RATE", default=0)  # emails a minute, over all workers together; 0 is no limit
MAIL_PROVIDER: Any = env.json("ANYMAIL", default={}, validate=environment.is_object)
SECURITY_CONTACT: list[str] = env.list("SECURITY_CONTACT", default=[])
API_CONTACT = env.str("API_CONTACT", default="")
MAIL_WEBHOOK_SECRETS: list[str] = env.list("ANYMAIL_WEBHOOK_SECRET", default=[])
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="no-reply@localhost" if DEBUG or DEMO else "")
HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_INCLUDE_SUBDOMAINS", default=True)
HSTS_PRELOAD = env.bool("HSTS_PRELOAD", default=False)
EGRESS_PROXY = env.str("EGRESS_PROXY", default="")
WEBHOOK_ALLOW_PRIVATE = env.bool("WEBHOOK_ALLOW_PRIVATE", default=False)
RELEASE = environment.release(env)
SENTRY_DSN = env.str("SENTRY_DSN", default="")
SENTRY_ENVIRONMENT = env.str("SENTRY_ENVIRONMENT", default="")
AUDIT_LOG = environment.audit_log(env)
LOG_LEVEL = env.log_level("LOG_LEVEL", default=logging.INFO)
LOG_FORMAT = env.str("LOG_FORMAT", default="json", validate=validate.OneOf(["json", "plain"]))
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
# Days, which the City decides (R18). docs/configuration.md says what each is for.
RETENTION_UNCONFIRMED_DAYS = env.int("RETENTION_UNCONFIRMED_DAYS", default=183)
RETENTION_ENDED_DAYS = env.int("RETENTION_ENDED_DAYS", default=730)
RETENTION_TRAIL_DAYS = env.int("RETENTION_TRAIL_DAYS", default=1826)
RETENTION_LETTERS_DAYS = env.int("RETENTION_LETTERS_DAYS", default=183)
RETENTION_PEOPLE_DAYS = env.int("RETENTION_PEOPLE_DAYS", default=183)
RETENTION_FEEDBACK_DAYS = env.int("RETENTION_FEEDBACK_DAYS", default=365)

env.seal()
ENVIRONMENT = env.names  # for a check of misspelt ones

# --- Django ----------------------------------------------------------------------------------------------

HTTPS = PUBLIC_URL.startswith("https://")

INSTALLED_APPS = [
    "heka_confirm",
    "privacy",
    "counter",
    "upstream",
    "applications",
    "identity",
    "mailing",
    "records",
    *(["demo"] if DEMO else []),
    "heka_confirm.apps.HekaAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",  # its templates, behind ours in templates/django/forms
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "anymail",
    "csp",
]

MIDDLEWARE = [
    # These come first so that errors, redirects and static files carry their headers too.
    "heka_confirm.requests.RequestContextMiddleware",
    "heka_confirm.requests.SecurityHeadersMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "heka_confirm.requests.PolicyMiddleware",
    "heka_confirm.requests.HttpsOnlyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    *(["heka_confirm.metrics.MetricsMiddleware"] if METRICS_TOKEN else []),
    "heka_confirm.health.HealthMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "heka_confirm.requests.GZipMiddleware",
    # Within the compression, which makes each answer another one.
    "heka_confirm.requests.ConditionalGetMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "identity.sessions.IdleMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "heka_confirm.requests.NotAllowedMiddleware",  # the innermost
]

ROOT_URLCONF = "heka_confirm.urls"
WSGI_APPLICATION = "heka_confirm.wsgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "heka_confirm.context.page",
                "counter.context.counter",
                *(["demo.context.people"] if DEMO else []),
            ],
            "libraries": dict.fromkeys(["i18n", "static"], "heka_confirm.templatetags.known"),
            "builtins": ["heka_confirm.templatetags.known"],
        },
    }
]

FORM_RENDERER = "core.form_rendering.Renderer"

# --- Database --------------------------------------------------------------------------------------------

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": databases.configure(DATABASE, serves_requests=SERVES_REQUESTS, pooled=DATABASE_POOLED)}

# --- Language and time -----------------------------------------------------------------------------------

LANGUAGE_CODE = "fi"
LANGUAGES = [("fi", "Suomi"), ("sv", "Svenska"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["heka_confirm.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Helsinki"

# --- People, sessions, cookies ---------------------------------------------------------------------------

AUTH_USER_MODEL = "identity.User"
ACCOUNT_EVIDENCE = "applications.IdCheck"  # on which a password account rests; identity does not know it
AUTHENTICATION_BACKENDS = [
    "identity.backend.BrokerBackend",
    "identity.directory_backend.DirectoryBackend",
    "identity.passwords.PasswordBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "identity.guessable_passwords.GuessablePasswordValidator"},
]
# Passwords and second factors are allauth's. Only its addresses in identity/urls_allauth.py are served.
LOGIN_URL = "account_login"
ACCOUNT_ADAPTER = "identity.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email", "username"}  # people by their address, staff by their user name
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*"]  # nobody signs up; its system check wants them
ACCOUNT_EMAIL_VERIFICATION = "none"  # the link by which a password is set verifies the address
ACCOUNT_AUTHENTICATED_LOGIN_REDIRECTS = False  # a second person never continues as the first (R21)
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_FORMS = {"login": "identity.forms.LogInForm", "reauthenticate": "identity.forms.PasswordAgainForm"}
# Its own limits are in the cache of one process. Ours (identity/limits.py) hold across workers and restarts.
ACCOUNT_RATE_LIMITS = False
MFA_RATE_LIMITS = False
MFA_ADAPTER = "identity.adapters.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # periods of 30 seconds: clocks differ, and typing takes time
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG  # http://localhost; elsewhere https is demanded
MFA_FORMS = {
    "authenticate": "identity.forms.CodeForm",
    "reauthenticate": "identity.forms.CodeAgainForm",
    "activate_totp": "identity.forms.ActivateForm",
    "add_webauthn": "identity.forms.AddKeyForm",
}
DESK_RIGHT = "counter.use_desk"  # whoever has it reads people's data; identity itself knows no desk
# Where a person goes after proving who they are; identity itself knows no applications.
IDENTIFIED_URL = "applications:waiting"
# Sign-ins of one worker that may wait for a broker at once: fewer than its threads, so that pages go on.
IDENTITY_CALLS_AT_ONCE = 16

COOKIE_PREFIX = "__Host-" if HTTPS else ""
SESSION_ENGINE = "identity.session_store"
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}session"
SESSION_COOKIE_AGE = 12 * 60 * 60  # also the longest that one lasts; IdleMiddleware keeps both limits (R21)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
IDLE_MINUTES = 20
IDLE_WARNING_MINUTES = 2
# In the session, so that a form needs no cookie of its own.
CSRF_USE_SESSIONS = True
CSRF_COOKIE_SECURE = HTTPS
CSRF_FAILURE_VIEW = "heka_confirm.errors.csrf_failure"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if HTTPS else []
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- Letters ---------------------------------------------------------------------------------------------

if not EMAIL_BACKEND:
    EMAIL_BACKEND = MAIL_SERVER.get("EMAIL_BACKEND") or (
        "demo.inbox.EmailBackend"
        if DEMO
        else f"django.core.mail.backends.{'console' if DEBUG else 'smtp'}.EmailBackend"
    )
EMAIL_HOST = MAIL_SERVER["EMAIL_HOST"] or "" if "EMAIL_BACKEND" in MAIL_SERVER else ""
EMAIL_USE_TLS, EMAIL_USE_SSL = MAIL_SERVER["EMAIL_USE_TLS"], MAIL_SERVER["EMAIL_USE_SSL"]
EMAIL_PORT = MAIL_SERVER["EMAIL_PORT"] or (465 if EMAIL_USE_SSL else 25)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL_SERVER["EMAIL_HOST_USER"], MAIL_SERVER["EMAIL_HOST_PASSWORD"]
EMAIL_FILE_PATH = MAIL_SERVER["EMAIL_FILE_PATH"]
SERVER_EMAIL = DEFAULT_FROM_EMAIL
ANYMAIL = {
    "REQUESTS_TIMEOUT": EMAIL_TIMEOUT,
    "IGNORE_UNSUPPORTED_FEATURES": True,  # not every provider knows our metadata, or that we track nobody
    "WEBHOOK_SECRET": MAIL_WEBHOOK_SECRETS,
    **MAIL_PROVIDER,
}
# How long one worker holds a letter. Sending may not take longer, and the letter waits this long if the worker dies.
MAILING_LEASE = 60  # seconds
# Between the tries, three days in all. After them people see that the letter will not arrive.
MAILING_DELAYS = [10, 30, 60, 120, 300, 600, 1200, 1800, *[3600] * 70]  # seconds
MAILING_PROBE = 60  # seconds between two tries while all letters wait (mailing/stops.py)
MAILING_SHARED_CONTEXT = "counter.context.counter_of_letters"
# What letters need besides their parameters, by message; "" is for all others. mailing does not know their writers.
MAILING_CONTEXT = {
    "": "applications.letter_context.application_letter_context",
    "draft_link": "applications.draft_letters.draft_letter_context",
    "draft_ending": "applications.draft_letters.draft_letter_context",
    "account_link": "identity.account_letters.account_letter_context",
    "account_password_set": "identity.account_letters.account_letter_context",
    "account_closed": "identity.account_letters.account_letter_context",
    "account_moved": "identity.account_letters.account_letter_context",
    "staff_link": "identity.staff_letters.staff_letter_context",
    "staff_break_glass": "identity.break_glass.break_glass_context",
    "feedback_given": "counter.feedback_letters.feedback_letter_context",
    "feedback_received": "counter.feedback_letters.feedback_letter_context",
}
MAILING_KINDS = "applications.letter_names.NAMES"  # what each kind of letter is called; mailing does not know them
MAILING_RANKS = "applications.letter_names.RANKS"  # which of them leave first
EMAIL_CHECK_URL = "email_check"  # the page that tells whether an email is from us; mailing has no pages
# Twice a second.
WORKER_EVERY_ROUND = [
    "mailing.heartbeat.beat",
    "identity.accounts.answer_requests",
    *(["demo.inbox.report_fates"] if DEMO else []),
]
WORKER_EVERY_MINUTE = [
    "mailing.tracking.match_early",
    "mailing.tries.raise_old_letters",
    "applications.clock.tick_for_a_round",
    "applications.drafts.end_quiet_drafts",
    "applications.receipt_pdf.delete_old_receipts",
    "applications.certificate_pdf.delete_old_certificates",
    "upstream.events.collect_late",
]
DESK_PAGES = ["counter.desk.urls.PAGES", "privacy.desk.PAGES"]  # under the admin's desk/
RECEIPT_PDF = pdf_libraries.can_make_pdfs()  # the extra `pdf`; without it nobody is offered any
# In threads of their own, twice a second: receivers of events may be slow, and making a PDF is.
WORKER_BESIDE = [
    "upstream.webhooks.deliver_due_events",
    *(["records.audit_sending.send_waiting_entries"] if AUDIT_LOG else []),
    *(["applications.receipt_pdf.make_due_receipts"] if RECEIPT_PDF else []),
    *(["applications.certificate_pdf.make_due_certificates"] if RECEIPT_PDF else []),
]

# --- The housing system's events -------------------------------------------------------------------------

WEBHOOK_TIMEOUT = 10.0  # seconds for a whole call
WEBHOOK_LEASE = 60  # seconds that an event waits at most after its worker was killed
WEBHOOK_DELAYS = [10, 30, 60, 300, 900, 1800, 3600]  # seconds between the tries; the last one again and again
WEBHOOK_DAYS = 3  # until an event is given up
WEBHOOK_PAUSE = 30  # seconds for which a receiver that does not answer is left alone
WEBHOOK_FORMER_SECRET_HOURS = 24  # for which a secret goes on signing after its successor was made

# --- Security --------------------------------------------------------------------------------------------

SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS and HSTS_INCLUDE_SUBDOMAINS
SECURE_HSTS_PRELOAD = HTTPS and HSTS_PRELOAD
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readiness$", r"^metrics$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "object-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
# Also the largest application that the housing system may send.
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
DATA_UPLOAD_MAX_NUMBER_FILES = 0  # no page takes any
# No preload: browsers' lists are for whole domains, and for good. Our tags stand in for some of Django's (ADR 63).
SILENCED_SYSTEM_CHECKS = ["security.W021", "templates.W003"]

# --- Static files, logs ----------------------------------------------------------------------------------

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    }
}
WHITENOISE_ROOT = BASE_DIR / "webroot"  # what every site has at its root: robots.txt, icons
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "heka_confirm.logs.JsonFormatter"},
        "plain": {"()": "heka_confirm.logs.PlainFormatter"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
            "stream": environment.log_stream(serves_requests=SERVES_REQUESTS),
        }
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": []},  # its own handler would write every line again, unmasked
        "django.server": {"handlers": ["console"], "level": "INFO", "propagate": False},
        "fontTools": {"level": "WARNING"},  # it would log the characters of a PDF, which hold names
        "psycopg.pool": {"level": "WARNING"},  # a line for each use; a warning says why there is no connection
        "weasyprint.progress": {"level": "WARNING"},  # a line for each step
    },
}

# --- Demo ------------------------------------------------------------------------------------------------

if DEMO:
    IDENTITY_PROVIDERS.append(demo_broker.provider(PUBLIC_URL))

APPLICATION_VALID_DAYS = 90  # R5
# A draft that nobody continues is deleted after these days. Its address gets a warning before.
DRAFT_DAYS = 30
DRAFT_WARNING_DAYS = 7
# Gross income a month, in euros, up to which a household may apply (since 1.1.2025). It is only shown here.
INCOME_LIMITS = {"adult": 3540, "further_adult": 2480, "child": 650, "further_child": 600}
