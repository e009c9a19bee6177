"""Texts that a model will read: as it reads them, what hides in them, and what they tell it to do."""
