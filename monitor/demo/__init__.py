"""The whole job on an invented school, with platforms and a mail server that answer on this machine."""
