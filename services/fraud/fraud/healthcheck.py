"""Asks the fraud of this container whether it is well: 0 yes, 1 no, 2 bad settings."""

import sys
from http.client import HTTPConnection, HTTPException

from fraud.config import InvalidSetting, Settings


def main() -> int:
    try:
        settings = Settings.from_environment()
    except InvalidSetting as error:
        print(f"fraud: {error}", file=sys.stderr)
        return 2
    # All of 0.0.0.0 is asked by loopback.
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)
    try:
        connection = HTTPConnection(host, settings.port, timeout=2)
        connection.request("GET", "/healthz")
        status = connection.getresponse().status
    except (OSError, HTTPException) as error:
        print(f"fraud: nobody answers at {host}:{settings.port}: {error}", file=sys.stderr)
        return 1
    if status != 200:
        print(f"fraud: {host}:{settings.port} answers {status}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
