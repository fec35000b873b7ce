"""What every page for people has: one layout, French and English texts, strict headers; no script, no inline style."""
