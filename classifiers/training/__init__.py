"""Training of the shipped models: `python -m classifiers.training --data FOLDER --corpus FOLDER`.

The only part of the room that needs scikit-learn; nothing else imports it.
"""
