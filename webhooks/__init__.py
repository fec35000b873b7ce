"""What senders tell: requests are authenticated, kept, and read into events; oppositions reach the register at once."""
