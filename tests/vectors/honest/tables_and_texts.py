# expect: none
"""Tables and texts."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Tables and texts."
--- a.csv
a;b
1;2
--- b.json
{}
--- c.jsonl
{}
{}
--- d.yaml
a: 1
--- e.toml
a = 1
--- f.tsv
a	b
--- LICENSE
Apache
--- NOTICE
x
--- template.j2
{{ a }}
--- query.sql
select 1;
