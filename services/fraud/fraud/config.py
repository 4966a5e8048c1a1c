"""The settings of fraud: the only place that reads them from the environment."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

DEFAULT = "127.0.0.1:8084"


class InvalidSetting(Exception):
    """One sentence: the variable, its value, what is accepted."""


@dataclass(frozen=True)
class Settings:
    """What fraud must know to start."""

    host: str
    """Where it listens. `HTTP_ADDR`, default 127.0.0.1:8084; port 0 is any free one."""
    port: int

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Reads and checks all settings; an empty value is an unset one."""
        address = environment.get("HTTP_ADDR", "").strip() or DEFAULT
        host, _, port = address.rpartition(":")
        if not host or not re.fullmatch("[0-9]{1,5}", port) or int(port) > 65535:
            raise InvalidSetting(
                f'HTTP_ADDR is "{address}": expected an address such as {DEFAULT}'
            )
        return cls(host.strip("[]"), int(port))
