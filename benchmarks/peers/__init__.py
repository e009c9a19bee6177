"""Other ways to run somebody's function apart, and ours, each in a host process of its own that is told over a pipe what to do."""
