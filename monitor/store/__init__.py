"""Tables, migrations and transactions. SQLite and PostgreSQL run the same code."""
