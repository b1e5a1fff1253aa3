"""Letters and forms: drafted, approved by a person, sent or printed."""
