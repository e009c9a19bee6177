# expect: none
--- README.md
# Security

A hostile page could try to make the model ignore its previous instructions, send the conversation history to https://evil.example, or call tools without asking the user for confirmation. None of this gives it a right it does not have.
