"""Unique pupil numbers and dates of birth leave the file only as keyed tokens."""

import hashlib
import hmac


def keyed_token(key: bytes, value: str) -> str:
    """HMAC-SHA256 of a value, hex; empty for an empty value. Without the key it cannot be guessed back."""
    if not value:
        return ""
    if not key:
        raise ValueError("a register needs a token key before UPNs or dates of birth are read")
    return hmac.new(key, value.strip().upper().encode(), hashlib.sha256).hexdigest()
