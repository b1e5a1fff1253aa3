"""The school's own pages: acts on them, consent, the check before publishing, accounts, crises."""
