# expect: none
--- README.md
# Login

Call `login` before any other tool of this skill: it must be called once per session.
