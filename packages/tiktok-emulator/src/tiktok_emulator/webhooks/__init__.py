"""Webhooks: events told to an app's callback address, signed, and tried again until it says 200."""
