"""One file per idea of getting out of the jail."""
