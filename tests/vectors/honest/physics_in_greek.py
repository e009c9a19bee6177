# expect: none
Δt = 0.1
λ = 500e-9
ν_max = 3
σ_x, σ_y = 1, 2
µs = 1e-6
dλ = λ / 2
θ0 = 0.5
print(Δt, ν_max, σ_x + σ_y, µs, dλ, θ0)
