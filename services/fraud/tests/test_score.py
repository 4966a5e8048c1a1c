"""The rule, against the vectors that the gateway's own rule is held to."""

import json
import unittest
from pathlib import Path

from fraud.score import Assessment, Decision, Tier, assess

VECTORS = Path(__file__).parents[3] / "contracts" / "fraud_scores.json"


class TheRule(unittest.TestCase):
    def test_thinks_as_the_gateway_does_at_every_boundary(self):
        vectors = json.loads(VECTORS.read_text())
        self.assertGreater(len(vectors), 10)
        for vector in vectors:
            with self.subTest(**vector):
                expected = Assessment(vector["score"], Decision(vector["decision"]))
                got = assess(
                    Tier(vector["tier"]), vector["total_cents"], vector["largest_quantity"]
                )
                self.assertEqual(got, expected)
