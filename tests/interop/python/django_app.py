"""A Django project in one file, set up as its sign-in app asks for: mozilla-django-oidc or django-allauth."""

import secrets
import sys
from typing import Any

import django
import shop
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

MOZILLA: dict[str, Any] = {
    "INSTALLED_APPS": ["mozilla_django_oidc"],
    "AUTHENTICATION_BACKENDS": ["mozilla_django_oidc.auth.OIDCAuthenticationBackend"],
    "OIDC_RP_CLIENT_ID": shop.CLIENT_ID,
    "OIDC_RP_CLIENT_SECRET": shop.CLIENT_SECRET,
    "OIDC_RP_SIGN_ALGO": "RS256",
    "OIDC_RP_SCOPES": "openid profile email",
    "OIDC_USE_PKCE": True,
    "OIDC_STORE_ID_TOKEN": True,
    "OIDC_OP_AUTHORIZATION_ENDPOINT": f"{shop.ISSUER}/authorize",
    "OIDC_OP_TOKEN_ENDPOINT": f"{shop.ISSUER}/token",
    "OIDC_OP_USER_ENDPOINT": f"{shop.ISSUER}/userinfo",
    "OIDC_OP_JWKS_ENDPOINT": f"{shop.ISSUER}/jwks.json",
    "ALLOW_LOGOUT_GET_METHOD": True,
}
ALLAUTH: dict[str, Any] = {
    "INSTALLED_APPS": [
        "allauth",
        "allauth.account",
        "allauth.socialaccount",
        "allauth.socialaccount.providers.openid_connect",
    ],
    "AUTHENTICATION_BACKENDS": ["allauth.account.auth_backends.AuthenticationBackend"],
    "ACCOUNT_EMAIL_VERIFICATION": "none",
    "ACCOUNT_LOGOUT_ON_GET": True,
    "SOCIALACCOUNT_LOGIN_ON_GET": True,
    "SOCIALACCOUNT_PROVIDERS": {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": "portico",
                    "name": "Portico",
                    "client_id": shop.CLIENT_ID,
                    "secret": shop.CLIENT_SECRET,
                    "settings": {"server_url": shop.ISSUER},
                }
            ],
        }
    },
}
KIND = sys.argv[1]
OWN, AT, IN, OUT, MIDDLEWARE = {
    "mozilla": (MOZILLA, "oidc/", "/oidc/authenticate/", "/oidc/logout/", []),
    "allauth": (
        ALLAUTH,
        "accounts/",
        "/accounts/oidc/portico/login/",
        "/accounts/logout/",
        ["allauth.account.middleware.AccountMiddleware"],
    ),
}[KIND]
settings.configure(
    **{
        **OWN,
        "SECRET_KEY": secrets.token_hex(),
        "ALLOWED_HOSTS": ["127.0.0.1"],
        "ROOT_URLCONF": __name__,
        "DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{shop.PORT}.db"}},
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "LOGIN_REDIRECT_URL": "/",
        "LOGOUT_REDIRECT_URL": "/",
        "ACCOUNT_LOGOUT_REDIRECT_URL": "/",
        "INSTALLED_APPS": [
            *(f"django.contrib.{name}" for name in ("auth", "contenttypes", "sessions", "messages")),
            *OWN["INSTALLED_APPS"],
        ],
        "MIDDLEWARE": [
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            *MIDDLEWARE,
        ],
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
            }
        ],
    }
)


def home(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return HttpResponse(shop.signed_out(IN))
    return HttpResponse(shop.signed_in(claims_of(request.user), OUT))


def claims_of(user: Any) -> dict[str, object]:
    """What the sign-in app kept: allauth all claims, the other one the address."""
    if KIND == "mozilla":
        return {"email": user.email}
    data = user.socialaccount_set.get().extra_data
    return dict(data.get("userinfo") or data)


django.setup()
urlpatterns = [
    path("", home),
    path(AT, include("mozilla_django_oidc.urls" if KIND == "mozilla" else "allauth.urls")),
]
call_command("migrate", verbosity=0)
shop.serve(get_wsgi_application())
