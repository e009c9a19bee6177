"""How a folder becomes bytes: a name that may have changed is waited for until it is quiet, then read once into a Bundle."""
