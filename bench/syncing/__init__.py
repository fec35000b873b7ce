"""What ``bench/sync.py`` measures, a module for each question."""
