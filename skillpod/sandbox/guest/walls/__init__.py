"""The walls around a guest: a module for each, with its reason and its source; ``raising`` puts them up in their order."""
