"""What people are told without asking: failures, ends that come near."""
