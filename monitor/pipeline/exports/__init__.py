"""An export from the first look at the tables to the proof beside its zip, and to its end."""
