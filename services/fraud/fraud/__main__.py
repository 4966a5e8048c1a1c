"""The process: settings, server, stop on a signal."""

import logging
import signal
import sys

import waitress

from fraud import app
from fraud.config import InvalidSetting, Settings

MAX_BODY_BYTES = 64 * 1024
THREADS = 4
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def main() -> int:
    """Serves until SIGTERM or SIGINT. 0: stopped as asked, 1: cannot start, 2: bad settings."""
    logging.basicConfig(level=logging.INFO)
    try:
        settings = Settings.from_environment()
    except InvalidSetting as error:
        print(f"fraud: {error}", file=sys.stderr)
        return 2
    for number in STOP_SIGNALS:
        # waitress finishes what was begun when SystemExit comes, and then the exit hooks run.
        signal.signal(number, lambda *_: sys.exit(0))
    try:
        server = waitress.create_server(
            app.build(),
            host=settings.host,
            port=settings.port,
            threads=THREADS,
            max_request_body_size=MAX_BODY_BYTES,
            channel_timeout=30,
            ident=None,
        )
    except OSError as error:
        print(f"fraud: cannot listen on {settings.host}:{settings.port}: {error}", file=sys.stderr)
        return 1
    logging.getLogger("fraud").info("fraud listens on %s:%s", settings.host, server.effective_port)
    server.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
