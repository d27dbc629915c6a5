"""Login Kit: the consent page, tokens, refresh and revoke."""
