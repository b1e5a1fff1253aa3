"""Pictures of a page, and media, for a named person who asked, after an indecent image was ruled out.

The only place in this program that fetches what other people show (decision 18).
"""
