"""Puts the parts together; the tests use the same build."""

import json

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from fraud.score_api import api


def build():
    """The service as a WSGI application."""
    app = Flask(__name__)
    app.register_blueprint(api)
    app.register_error_handler(HTTPException, problem)

    @app.get("/healthz")
    def healthz() -> str:
        return "ok\n"

    return without_query(app)


def problem(error: HTTPException) -> Response:
    """RFC 9457, as all services of the shop answer."""
    sentences = {
        404: "nothing is served at this path",
        405: "this method is not served at this path",
        500: "the service failed",
    }
    response = error.get_response()
    response.content_type = "application/problem+json"
    response.data = json.dumps(
        {
            "type": "about:blank",
            "title": error.name,
            "status": error.code,
            "detail": sentences.get(error.code, error.description),
        }
    )
    return response


def without_query(app):
    """Nothing here takes a query, and what comes in one may be a secret: it ends here, before
    anything can write it down."""

    def application(environ, start_response):
        environ["QUERY_STRING"] = ""
        for whole in ("REQUEST_URI", "RAW_URI"):
            if whole in environ:
                environ[whole] = environ[whole].partition("?")[0]
        return app(environ, start_response)

    return application
