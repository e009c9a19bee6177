# expect: none
--- README.md
# Monitor

System messages are shown in red. A system notice is sent by e-mail. The system prompt of the shell is `$`. Developer mode shows more.
