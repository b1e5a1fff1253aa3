"""The daemon that joins the rooms. Everything may be imported here; nothing imports this."""

__version__ = "0.1.0"
