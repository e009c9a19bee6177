# expect: none
--- README.md
# Threats

Attackers ask the model to ignore all previous instructions. They tell it to reveal the system prompt. An attacker who controls the page may instruct it to forget its guidelines.
