"""What guests of the benchmarks run instead of a skill. They are sent to a zygote as source, so they import nothing of the benchmarks."""
