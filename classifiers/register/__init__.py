"""Whom the school has told us about: reading the files, and finding the people in a text."""

from classifiers.register.readers import Read, read_consents, read_pupils, read_staff
from classifiers.register.tokens import keyed_token

__all__ = ["Read", "keyed_token", "read_consents", "read_pupils", "read_staff"]
