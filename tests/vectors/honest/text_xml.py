# expect: none
--- README.md
# Format

A file is `<document>...</document>`:

```xml
<document><data>1</data></document>
```

<div>
<p>text</p>
</div>

