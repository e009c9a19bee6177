# expect: none
--- README.md
# CVEs

- disable futimes when the permission model is enabled
- bypass of the experimental permission model by `openAsBlob`
