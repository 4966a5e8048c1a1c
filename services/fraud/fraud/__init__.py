"""Scores an order. Another language than its neighbours, and no line about tracing."""
