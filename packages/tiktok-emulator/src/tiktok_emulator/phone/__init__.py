"""What people would see on their phone: creators, profiles, posts that play."""
