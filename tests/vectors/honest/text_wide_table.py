# expect: none
--- README.md
# Table

| name | what |
|---|---|
| a                                                                                                                                                      | the first |
| b                                                                                                                                                      | the second |

