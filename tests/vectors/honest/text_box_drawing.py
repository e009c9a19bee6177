# expect: none
--- README.md
# Tree

```
├── a
│   └── b
└── c
```

━━━━━━━━━━━━

