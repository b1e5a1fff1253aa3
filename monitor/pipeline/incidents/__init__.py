"""From a finding to a matter with its tasks: raised, decided, looked up again, posted again."""
