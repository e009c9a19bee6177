# expect: none
import sqlite3

connection = sqlite3.connect(":memory:")
connection.execute("create table t (x)")
connection.executemany("insert into t values (?)", [(1,)])
