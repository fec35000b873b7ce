"""What the benchmarks of the law have in common: a clock, contacts by chance, contact files and fresh processes."""
