"""What people look at: the preference centre (public) and the operators' console (private)."""
