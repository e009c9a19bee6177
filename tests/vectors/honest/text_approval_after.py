# expect: none
--- README.md
# Deploy

Call this only after the user has approved the plan. Before you delete, ask the user for confirmation.

