"""Rows put into another database as they are, with their ids."""

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Connection, DateTime, MetaData, Table, insert, select, text

Rows = Mapping[str, Sequence[Mapping[str, Any]]]


def put(connection: Connection, tables: MetaData, rows: Rows) -> None:
    """Parents first; and what PostgreSQL counts goes on after the last row."""
    for table in tables.sorted_tables:
        if rows.get(table.name):
            connection.execute(insert(table), [dict(row) for row in rows[table.name]])
            _count_on(connection, table)


def _count_on(connection: Connection, table: Table) -> None:
    if connection.dialect.name == "postgresql" and "id" in table.c:
        sequence = f"pg_get_serial_sequence('{table.name}', 'id')"
        connection.execute(text(f"SELECT setval({sequence}, (SELECT max(id) FROM {table.name}))"))


def taken(connection: Connection, tables: MetaData) -> Rows:
    """Every row of every table."""
    return {
        table.name: [dict(row._mapping) for row in connection.execute(select(table))]
        for table in tables.sorted_tables
    }


def from_text(tables: MetaData, written: Rows) -> Rows:
    """Rows as SQLite shows them without types, written down as JSON: with the types of the tables' columns."""
    return {
        name: [{key: _typed(tables.tables[name].c[key], value) for key, value in row.items()} for row in rows]
        for name, rows in written.items()
    }


def _typed(column: Column[Any], value: Any) -> Any:
    if isinstance(value, dict):
        return base64.b64decode(value["base64"])
    if value is None:
        return None
    if isinstance(column.type, JSON):
        return json.loads(value)
    if isinstance(column.type, DateTime):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return bool(value) if isinstance(column.type, Boolean) else value
