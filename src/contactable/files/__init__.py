"""The contact file: a table of contacts, one row each, with every fact that the law asks for (docs/contact-file.md)."""
