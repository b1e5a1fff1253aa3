"""Asks DNS and the registries who hosts a site. Only the site's name leaves; the site itself is not asked."""
