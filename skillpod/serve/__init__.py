"""The doors: what the pod answers over a wire, and how an error becomes an answer."""
