# expect: none
"""SQL over tables that are given, in memory."""

import sqlite3
from contextlib import closing

from skillpod import tool


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@tool(read_only=True)
def query(tables: dict[str, list[dict]], sql: str, parameters: list[str] | None = None) -> list[dict]:
    """Ask tables by SQL.

    Args:
        tables: Rows by the name of their table.
        sql: One SELECT.
        parameters: For each ? in it.
    """
    with closing(sqlite3.connect(":memory:")) as database:
        database.row_factory = sqlite3.Row
        database.create_function("reverse", 1, lambda text: text[::-1])
        for name, rows in tables.items():
            columns = list(rows[0])
            database.execute(f"CREATE TABLE {_quoted(name)} ({', '.join(map(_quoted, columns))})")
            places = ", ".join("?" * len(columns))
            database.executemany(f"INSERT INTO {_quoted(name)} VALUES ({places})", [tuple(row.get(c) for c in columns) for row in rows])
        database.execute("PRAGMA query_only = ON")
        try:
            found = database.execute(sql, parameters or []).fetchmany(1000)
        except sqlite3.Error as error:
            raise ValueError(f"{type(error).__name__}: {error}") from None
        return [dict(row) for row in found]
