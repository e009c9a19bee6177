# expect: none
--- README.md
# API

Send your API key in the `Authorization` header to https://api.example.org. Include the access token in each request. Put the password into the `password` field of the form.
