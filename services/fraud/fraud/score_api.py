"""The gateway calls us: parse, ask the rule, answer."""

import json
import logging

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import BadRequest

from fraud.score import Tier, assess

api = Blueprint("score", __name__)
log = logging.getLogger(__name__)

MOST_CENTS = 2**64 - 1
MOST_UNITS = 2**32 - 1


@api.post("/score")
def score() -> Response:
    """An order's score and what follows from it."""
    body = parse(request.get_data())
    assessment = assess(
        tier(body),
        whole_number(body, "total_cents", MOST_CENTS),
        whole_number(body, "largest_quantity", MOST_UNITS),
    )
    log.info(
        "order scored",
        extra={
            "app.fraud.score": assessment.score,
            "app.fraud.decision": assessment.decision.value,
        },
    )
    return jsonify(score=assessment.score, decision=assessment.decision)


def parse(body: bytes) -> dict:
    """The body's JSON object."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise BadRequest("the body is not JSON") from None
    if not isinstance(value, dict):
        raise BadRequest("the body does not fit: expected a JSON object")
    return value


def tier(body: dict) -> Tier:
    """The member `tier`."""
    try:
        return Tier(body.get("tier"))
    except ValueError:
        raise BadRequest("tier is not valid: expected standard, silver or gold") from None


def whole_number(body: dict, name: str, most: int) -> int:
    """The member `name`."""
    value = body.get(name)
    # To Python true is a number.
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most:
        return value
    raise BadRequest(f"{name} is not valid: expected a whole number from 0 to {most}")
