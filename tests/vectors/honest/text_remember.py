# expect: none
--- README.md
# Notes

Stores notes and remembers them between sessions: `save` writes a note, `load` reads it back in a later session.
