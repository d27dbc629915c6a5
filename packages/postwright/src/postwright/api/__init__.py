"""The REST API under `/v1`: one file per resource, thin routes over the use cases below."""
