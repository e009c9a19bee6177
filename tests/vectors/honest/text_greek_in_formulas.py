# expect: none
--- README.md
# Physics

Δx is the step, μs are microseconds, Ω ohms, λ-calculus, π·r², σ(x), α-helix and β-sheet.

