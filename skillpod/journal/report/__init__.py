"""What is told of the log: one entry's story, figures over many, entries in the shapes of others. Pure, but for ``surroundings``."""
