"""Composing mail, sending it for real, and deciding when to try again."""
