"""Bringing in published weights, by a person on a machine with internet; the daemon never does."""
