"""A pod as the tools of an agent framework, in process: one file a framework, which imports it only when it is used."""
