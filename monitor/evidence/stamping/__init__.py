"""Stamps of time-stamping authorities (RFC 3161) over the log's checkpoints: asking, checking, keeping."""
