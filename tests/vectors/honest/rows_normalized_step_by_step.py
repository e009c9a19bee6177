# expect: none
def normalize(table, headers, keys):
    rows = list(table)
    if headers == "firstrow":
        headers, rows = rows[0], rows[1:]
    elif hasattr(rows[0], "keys"):
        rows = [[row.get(key) for key in keys] for row in rows]
    rows = [list(map(str, row)) for row in rows]
    if headers:
        width = max(len(row) for row in rows)
        rows = [row + [""] * (width - len(row)) for row in rows]
    return headers, rows
