# expect: none
--- README.md
# Style

Use `snake_case`, **bold**ness and *ital*ics; R&D; AT&amp;T; a&nbsp;b &#169; 2024.
