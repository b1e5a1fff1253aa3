"""Many rows into one table by one statement, as the driver takes them.

SQLAlchemy builds the parameters of every row anew, which costs more than the database's own work. Here the
statement is made once, and values are brought into the driver's form column by column: what all rows share,
once.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import repeat
from operator import is_
from typing import Any, NamedTuple

from sqlalchemy import Column, LargeBinary, Table, insert
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session


class _Insert(NamedTuple):
    sql: str
    places: tuple[str, ...] | None
    """The columns in the order of the statement's marks; None where its marks have names."""


def insert_many(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all name the same columns. Only for tables whose rows no session event watches."""
    if not rows:
        return
    connection = session.connection()
    names = tuple(rows[0])
    statement = _statement(table, names, connection.dialect)
    order = statement.places or names
    columns = [
        _in_drivers_form(table.c[name], [row[name] for row in rows], connection.dialect) for name in order
    ]
    together = zip(*columns, strict=True)
    if statement.places:
        connection.exec_driver_sql(statement.sql, list(together))
    else:
        connection.exec_driver_sql(statement.sql, [dict(zip(order, row, strict=True)) for row in together])


@cache
def _statement(table: Table, names: tuple[str, ...], dialect: Dialect) -> _Insert:
    compiled = insert(table).compile(dialect=dialect, column_keys=list(names), for_executemany=True)
    places = getattr(compiled, "positiontup", None)
    return _Insert(str(compiled), tuple(places) if places else None)


def _in_drivers_form(column: Column[Any], values: list[Any], dialect: Dialect) -> list[Any]:
    process = _processor(column, dialect)
    if process is None:
        return values
    first = values[0]
    if all(map(is_, values, repeat(first))):
        return [process(first)] * len(values)
    return [process(value) for value in values]


@cache
def _processor(column: Column[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    kind = column.type.dialect_impl(dialect)
    plain = isinstance(kind, LargeBinary) and dialect.name == "sqlite"  # which takes bytes as they are
    return None if plain else kind.bind_processor(dialect)
