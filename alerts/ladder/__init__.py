"""The takedown ladder. Pure: it has no database and no clock of its own, and nothing is sent from here."""
