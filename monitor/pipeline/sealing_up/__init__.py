"""Evidence from its sealing on: the signed log, its stamps and copies, pictures after a person's word."""
