# expect: none
--- README.md
# Tiempo

Ignora mayúsculas. No ignore los errores anteriores. Informe al usuario del resultado. Sin confirmación del usuario no borra nada.

