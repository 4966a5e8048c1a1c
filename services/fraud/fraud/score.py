"""The rule: a score from what is ordered and by whom. The gateway has the same rule for itself."""

from dataclasses import dataclass
from enum import StrEnum

REFUSED_FROM = 80
"""From this score on an order is refused."""


class Tier(StrEnum):
    """How well the shop knows a customer."""

    STANDARD = "standard"
    SILVER = "silver"
    GOLD = "gold"


class Decision(StrEnum):
    """Whether an order goes on."""

    ACCEPT = "accept"
    REFUSE = "refuse"


STRANGER = {Tier.STANDARD: 20, Tier.SILVER: 10, Tier.GOLD: 0}


@dataclass(frozen=True)
class Assessment:
    """What the rule thinks of an order."""

    score: int
    """0 (harmless) to 100."""
    decision: Decision


def assess(tier: Tier, total_cents: int, largest_quantity: int) -> Assessment:
    """A point for each 250.00 up to 60, 15 for a line of more than 100 units, and up to 20 for a
    customer of whom little is known."""
    amount = min(total_cents // 25_000, 60)
    bulk = 15 if largest_quantity > 100 else 0
    score = amount + bulk + STRANGER[tier]
    return Assessment(score, Decision.ACCEPT if score < REFUSED_FROM else Decision.REFUSE)
