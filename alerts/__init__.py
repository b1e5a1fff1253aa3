"""What leaves for people: the ladder, mail, and the weekly export. A leaf without a database."""
