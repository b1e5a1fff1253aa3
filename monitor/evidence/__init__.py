"""What was seen, kept so that a stranger can check it: commitments, sealed files, verification."""
