"""What a caller sees."""

import json
import unittest

from werkzeug.test import Client

from fraud import app

ORDER = {"tier": "standard", "total_cents": 4980, "largest_quantity": 2}


class TheService(unittest.TestCase):
    def setUp(self):
        self.client = Client(app.build())

    def score(self, body):
        data = body if isinstance(body, (str, bytes)) else json.dumps(body)
        return self.client.post("/score", data=data, content_type="application/json")

    def assert_problem(self, response, status, sentence):
        self.assertEqual(response.status_code, status)
        self.assertEqual(response.content_type, "application/problem+json")
        problem = json.loads(response.text)
        self.assertEqual((problem["type"], problem["status"]), ("about:blank", status))
        self.assertEqual(problem["detail"], sentence)

    def test_an_everyday_order_of_a_stranger_is_accepted(self):
        response = self.score(ORDER)
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.json, {"score": 20, "decision": "accept"})

    def test_what_is_no_json_object_is_refused_in_one_sentence(self):
        for body in (b"", "{", b"\xff", "[" * 60_000, "1" * 5_000, '{"tier":'):
            with self.subTest(body=body[:9]):
                self.assert_problem(self.score(body), 400, "the body is not JSON")
        for body in ("[]", "null", "1", '"gold"'):
            with self.subTest(body=body):
                sentence = "the body does not fit: expected a JSON object"
                self.assert_problem(self.score(body), 400, sentence)

    def test_a_member_that_is_missing_or_wrong_is_named_with_what_is_accepted(self):
        tier = "tier is not valid: expected standard, silver or gold"
        cents = "total_cents is not valid: expected a whole number from 0 to 18446744073709551615"
        units = "largest_quantity is not valid: expected a whole number from 0 to 4294967295"
        for name, value, sentence in (
            ("tier", None, tier),
            ("tier", "Gold", tier),
            ("tier", ["gold"], tier),
            ("tier", {}, tier),
            ("total_cents", None, cents),
            ("total_cents", -1, cents),
            ("total_cents", 1.0, cents),
            ("total_cents", True, cents),
            ("total_cents", "1", cents),
            ("total_cents", 2**64, cents),
            ("total_cents", float("nan"), cents),
            ("largest_quantity", None, units),
            ("largest_quantity", 2**32, units),
        ):
            with self.subTest(name=name, value=value):
                self.assert_problem(self.score({**ORDER, name: value}), 400, sentence)
                left_out = {key: own for key, own in ORDER.items() if key != name}
                self.assert_problem(self.score(left_out), 400, sentence)

    def test_what_is_not_served_is_a_problem_too(self):
        missing = "nothing is served at this path"
        self.assert_problem(self.client.get("/"), 404, missing)
        wrong = self.client.get("/score")
        self.assert_problem(wrong, 405, "this method is not served at this path")
        self.assertIn("POST", wrong.headers["Allow"])

    def test_a_query_goes_nowhere(self):
        seen = {}

        def spy(environ, start_response):
            seen.update(environ)
            start_response("200 OK", [])
            return []

        Client(app.without_query(spy)).get("/score?token=secret")
        del seen["werkzeug.request"]  # The test's own.
        self.assertEqual(seen["REQUEST_URI"], "/score")
        self.assertNotIn("secret", str(seen))

    def test_it_says_that_it_is_healthy(self):
        self.assertEqual(self.client.get("/healthz").text, "ok\n")
