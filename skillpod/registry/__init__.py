"""What is callable now: an immutable table of routes, leases on them, and the dispatch of calls."""
