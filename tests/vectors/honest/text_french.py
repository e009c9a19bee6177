# expect: none
--- README.md
# Météo

Ignore la casse. N'ignorez jamais les erreurs. Demandez à l'utilisateur avant de supprimer. Supprime sans confirmation avec `--oui`.

