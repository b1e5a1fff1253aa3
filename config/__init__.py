"""Settings and shipped policy. A leaf: every other room may read its types, it reads none of theirs."""
