# expect: none
--- README.md
# Upload

Upload files to S3. Send messages to a channel. Copies data from a table into a file. `send(to, subject, body)` sends an e-mail.

