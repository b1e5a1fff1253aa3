"""What people hand in, the links they are sent, and what they wish."""
