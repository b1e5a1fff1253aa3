"""Closed evidence: held, locked away, opened again, let go when its period is over."""
