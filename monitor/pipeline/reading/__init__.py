"""How a page of a platform comes in: polls, leases, outages, and the store of what was read."""
