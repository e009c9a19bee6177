# expect: none
--- README.md
# x

[![Build status of the main branch](https://img.example.org/b?branch=main&style=flat%20square)](https://ci.example.org/x)

