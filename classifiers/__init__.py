"""Judging words: a comment and its context in, a judgement with reasons out. A leaf without I/O."""
