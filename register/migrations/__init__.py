"""How the tables came to be; run by ``contactable register upgrade``."""
