"""The skills that ship: by plain import, and in a real pod."""
