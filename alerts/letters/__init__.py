"""Letters and forms: what each must say, who may approve it, and how it looks as mail and on paper.

Nothing here sends anything. A letter leaves only when a person has approved it and a person pressed send.
"""
