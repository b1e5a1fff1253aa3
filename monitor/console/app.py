"""The web application: rendered on the server, no script, nothing loaded from anywhere else."""

import hmac
from datetime import timedelta
from types import TracebackType
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException

from alerts.mail.wording import shown
from monitor.console.link_pages import SITE, THROTTLE, pages
from monitor.console.throttle import Throttle
from monitor.pipeline.handing_in.links import LinkRefused
from monitor.site import Site
from monitor.store.database import DatabaseUnusable

LARGEST_FORM = 64 * 1024
IDLE = timedelta(minutes=30)
"""As long a browser stays past the code without a page being asked for."""
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not `no-referrer`: over HTTPS the guard against forged forms asks for it, and gets it from us alone.
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Robots-Tag": "noindex, nofollow",
}
_PLAIN = {
    404: "There is no such page. Check that the whole address was copied.",
    405: "That cannot be done here.",
    413: "That is too long.",
    429: "Too many wrong codes from this place. Wait a quarter of an hour, then try again.",
}


class _Pages(Flask):
    def log_exception(
        self, exc_info: tuple[type, BaseException, TracebackType] | tuple[None, None, None]
    ) -> None:
        """The address of a page opens it, so the log names its rule instead."""
        self.logger.error("fault on %s [%s]", request.url_rule, request.method, exc_info=exc_info)


def make_app(site: Site) -> Flask:
    app = _Pages(__name__)
    public = urlsplit(site.settings.console.public_url or "")
    secure = public.scheme == "https"
    app.config.update(
        SECRET_KEY=hmac.digest(site.token_key, b"sessions of the console", "sha256"),
        SESSION_COOKIE_NAME="__Host-schoolwatch" if secure else "schoolwatch",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        PERMANENT_SESSION_LIFETIME=IDLE,
        MAX_CONTENT_LENGTH=LARGEST_FORM,
        TRUSTED_HOSTS=sorted({public.hostname or "localhost", "127.0.0.1", "localhost"}),
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
    )
    app.extensions[SITE], app.extensions[THROTTLE] = site, Throttle(site.now)
    app.jinja_env.filters["shown"] = shown
    app.jinja_env.globals["school"] = site.school_name
    CSRFProtect(app)
    app.register_blueprint(pages)
    app.after_request(_with_headers)
    app.register_error_handler(LinkRefused, _refused)
    app.register_error_handler(CSRFError, _stale)
    app.register_error_handler(DatabaseUnusable, _unusable)
    app.register_error_handler(HTTPException, _plain)
    return app


def _with_headers(response: Response) -> Response:
    response.headers.update(HEADERS)
    if current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return response


def _refused(refusal: LinkRefused) -> ResponseReturnValue:
    return render_template("refused.html", words=str(refusal)), 410


def _stale(_: CSRFError) -> ResponseReturnValue:
    return render_template("refused.html", words="This page was open too long. Open your link again."), 400


def _unusable(_: DatabaseUnusable) -> ResponseReturnValue:
    words = (
        "The school's computer cannot keep anything just now. Try again in a few minutes, or ring the school."
    )
    return render_template("refused.html", words=words), 503


def _plain(error: HTTPException) -> ResponseReturnValue:
    """Every other fault in one sentence; it says nothing of the machine."""
    code = error.code or 500
    if request.endpoint == "static" and code < 500:
        return "", code
    words = _PLAIN.get(code, "Something went wrong at the school's end. Try again, or ring the school.")
    return render_template("refused.html", words=words), code
