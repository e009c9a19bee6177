# expect: none
--- README.md
# Deploy

Do not tell the user that it is deployed until `status` says so.
