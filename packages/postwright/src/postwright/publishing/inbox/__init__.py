"""What networks tell us unasked: webhooks, kept as they came, and matched when they can be."""
