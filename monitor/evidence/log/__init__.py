"""The log as an expert knows it: RFC 6962 tree, C2SP notes, checkpoints and proofs. No database, no files."""
