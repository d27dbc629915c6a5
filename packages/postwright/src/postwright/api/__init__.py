"""The REST API under `/v1`: thin routes, by resource, over the use cases below."""
