# expect: none
--- README.md
# Art

```
  *   *   *
 a b c d e f g h i
 A  B  C  D  E  F  G
```

Grades: a b c d e f.

