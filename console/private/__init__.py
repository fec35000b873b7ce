"""The console: what marketers, operators and administrators see after they have logged in. No page needs a script."""
