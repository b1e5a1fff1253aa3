"""The way of a comment: fetch → store and commit → judge → seal → raise → mail → remind and re-check.

Each folder is one stretch of it, and leaves rows behind, so that the next can be taken up again after
a crash at any moment. No network call happens inside a transaction.
"""
