"""Display: a user's profile and numbers, and the public videos."""
