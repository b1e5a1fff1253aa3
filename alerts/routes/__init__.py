"""Where a report about content goes: the host, the provider behind a site, and the form it takes there."""
