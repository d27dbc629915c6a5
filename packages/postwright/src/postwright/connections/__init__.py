"""Connected accounts: who, with which tokens, within which limits, and every call made for them."""
