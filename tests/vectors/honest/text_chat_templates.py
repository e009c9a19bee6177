# expect: none
--- README.md
# Templates

ChatML wraps each turn in `<|im_start|>` and `<|im_end|>`:

```
<|im_start|>user
Hi<|im_end|>
```

Llama uses `[INST]` and `<<SYS>>`.

