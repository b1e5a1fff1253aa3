"""Who hears of what and when: mail, digests, spikes, the weekly export, the watch on the watcher."""
