"""The pages that the school serves: for now only those that a single-purpose link opens."""
