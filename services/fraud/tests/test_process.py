"""The process, from outside."""

import os
import re
import signal
import subprocess
import sys
import threading
import unittest
import urllib.request
from pathlib import Path

FOLDER = Path(__file__).parents[1]


def start(address: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "fraud"],
        cwd=FOLDER,
        env={**os.environ, "HTTP_ADDR": address},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def ask_for_health(address: str) -> int:
    return subprocess.run(
        [sys.executable, "-m", "fraud.healthcheck"],
        cwd=FOLDER,
        env={**os.environ, "HTTP_ADDR": address},
        stderr=subprocess.DEVNULL,
        timeout=10,
    ).returncode


class TheProcess(unittest.TestCase):
    def test_serves_where_it_says_and_stops_when_asked(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(signal=number), start("127.0.0.1:0") as process:
                deadline = threading.Timer(20, process.kill)
                deadline.start()
                try:
                    port = None
                    while port is None:
                        line = process.stderr.readline()
                        self.assertTrue(line, "it ended before it listened")
                        port = re.search(r"fraud listens on 127\.0\.0\.1:(\d+)", line)
                    url = f"http://127.0.0.1:{port[1]}/healthz"
                    with urllib.request.urlopen(url, timeout=10) as response:
                        self.assertEqual(response.read(), b"ok\n")
                    self.assertEqual(ask_for_health(f"127.0.0.1:{port[1]}"), 0)
                    process.send_signal(number)
                    self.assertEqual(process.wait(timeout=10), 0)
                    self.assertEqual(ask_for_health(f"127.0.0.1:{port[1]}"), 1)
                finally:
                    deadline.cancel()
                    process.kill()

    def test_a_bad_address_is_one_sentence_and_exit_code_2(self):
        for address in ("8084", "127.0.0.1:http", "127.0.0.1:65536", ":8084", "127.0.0.1:²"):
            with self.subTest(address=address), start(address) as process:
                _, stderr = process.communicate(timeout=10)
                self.assertEqual(process.returncode, 2)
                sentence = "expected an address such as 127.0.0.1:8084\n"
                self.assertEqual(stderr, f'fraud: HTTP_ADDR is "{address}": {sentence}')
