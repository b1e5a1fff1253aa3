"""What travels inside every export, for somebody who has nothing of ours."""
