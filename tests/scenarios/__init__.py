"""A running pod with the real watcher, guests and disk: one file per family of things that happen to it."""
