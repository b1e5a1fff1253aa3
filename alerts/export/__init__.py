"""The weekly export: what a school hands to a manager, a host or the police, and how anybody can check it."""
