"""Settings of the platform. All that differs between two machines comes from the environment, which `serving.py` fills.

XACTHUC_DATABASE   address for the web and the jobs: a role that owns no table; migrations name the owner's instead
XACTHUC_DATA       folder of uploads, keys and published lists
XACTHUC_SECRET     secret of sessions and tokens
XACTHUC_HOSTS      names under which the site is reached, with commas between them
XACTHUC_TLS        "no" where the site is reached without TLS: on one's own machine only
XACTHUC_NODE       address of the register node
XACTHUC_KEYS       passphrase of the keys that sign doses, lists and certificates
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit


def _read_database(address: str) -> dict[str, object]:
    """Read postgresql://role:password@host:port/name?host=/socket as Django wants it."""
    parts = urlsplit(address)
    asked = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": asked.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "ATOMIC_REQUESTS": True,  # who acts is set inside the transaction, and every request has one
        "OPTIONS": {"pool": {"min_size": 1, "max_size": 8, "timeout": 10}, **asked},
    }


DATA = Path(os.environ.get("XACTHUC_DATA", "."))
SECRET_KEY = os.environ.get("XACTHUC_SECRET", "")
ALLOWED_HOSTS = [host for host in os.environ.get("XACTHUC_HOSTS", "").split(",") if host]
TLS = os.environ.get("XACTHUC_TLS", "yes") != "no"
NODE = os.environ.get("XACTHUC_NODE", "")
KEYS = os.environ.get("XACTHUC_KEYS", "")
DEBUG = False

DATABASES = {"default": _read_database(os.environ.get("XACTHUC_DATABASE", "postgresql:///xacthuc"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "xacthuc_server.desk",  # first: its templates stand before those of others
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "pgtrigger",
    "pghistory",
    "procrastinate.contrib.django",
    "xacthuc_server.audit",
    "xacthuc_server.accounts",
    "xacthuc_server.units",
    "xacthuc_server.uploads",
    "xacthuc_server.people",
    "xacthuc_server.cases",
    "xacthuc_server.issuing",
    "xacthuc_server.api",
    "xacthuc_server.jobs",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "xacthuc_server.site.headers.HeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "xacthuc_server.desk.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "xacthuc_server.accounts.second_factor.SecondFactorMiddleware",
    "xacthuc_server.units.middleware.ActingMiddleware",
]

ROOT_URLCONF = "xacthuc_server.site.urls"
WSGI_APPLICATION = "xacthuc_server.site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "xacthuc_server.desk.context.show_acting",
            ],
        },
    }
]

# Language: Vietnamese first. Texts are pairs of sentences in texts/*.toml, read by `desk.texts`; Django's own follow.
LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True

# Login: a password and a second factor. No mail is sent: accounts are given by an administrator.
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "xacthuc_server.accounts.adapter.StaffAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = "login"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_FORMS = {"login": "xacthuc_server.accounts.forms.StaffLoginForm"}
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/300s/key", "reauthenticate": "10/m/user"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Xác Thực"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not TLS
USERSESSIONS_TRACK_ACTIVITY = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]

# Sessions end with the working day; cookies never leave the site.
SESSION_COOKIE_AGE = 9 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = TLS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = False  # TLS ends before us
SECURE_HSTS_SECONDS = 365 * 86400 if TLS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TLS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

STATIC_URL = "static/"
STATIC_ROOT = DATA / "static"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(DATA / "uploads")},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 2**20  # of a form or an API's batch, files apart
FILE_UPLOAD_MAX_MEMORY_SIZE = 2**20

CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "site_cache"}}

PROCRASTINATE_IMPORT_PATHS = ["xacthuc_server.jobs.tasks"]
PROCRASTINATE_ON_APP_READY = None

# Nothing personal in logs: messages have no parameters of requests, statements or forms.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"err": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["err"], "level": "WARNING"},
}
SILENCED_SYSTEM_CHECKS: list[str] = []
