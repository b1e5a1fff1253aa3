"""The long-running service: a heartbeat, a thread for each poll, a judge, a mailer."""
