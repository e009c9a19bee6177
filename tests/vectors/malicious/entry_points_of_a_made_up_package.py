# expect: IMP-003
from importlib import metadata

for package in metadata.distributions(path=["/tmp/made-up"]):
    for entry in package.entry_points:
        entry.load()("id")
