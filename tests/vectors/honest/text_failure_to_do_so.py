# expect: none
--- README.md
# API

Always close the handle. Failure to do so will result in a leak. Requests will be terminated after 30 s. You will be asked for a password.
