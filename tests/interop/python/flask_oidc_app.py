"""flask-oidc as its documentation shows it: client_secrets, and the issuer's discovery document."""

import secrets

import shop
from flask import Flask, session
from flask_oidc import OpenIDConnect

app = Flask(__name__)
app.config.update(
    SECRET_KEY=secrets.token_hex(),
    OIDC_CLIENT_SECRETS={
        "web": {"client_id": shop.CLIENT_ID, "client_secret": shop.CLIENT_SECRET, "issuer": shop.ISSUER}
    },
    OIDC_SCOPES="openid profile email",
)
oidc = OpenIDConnect(app)


@app.get("/")
def home() -> str:
    if not oidc.user_loggedin:
        return shop.signed_out("/login")
    return shop.signed_in(session["oidc_auth_profile"], "/logout")


shop.serve(app)
