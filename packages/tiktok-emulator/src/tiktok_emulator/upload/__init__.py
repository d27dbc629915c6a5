"""The upload address: chunks in, a probed video out."""
