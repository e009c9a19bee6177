# expect: none
--- README.md
# Wetter

Groß- und Kleinschreibung wird ignoriert. Ignoriere niemals Fehler. Löscht ohne Rückfrage, wenn `--ja` gesetzt ist. Fragen Sie den Benutzer, bevor Sie löschen.

