"""What people are told of."""

from enum import StrEnum


class Kind(StrEnum):
    """The kind of an alert; `type` of the webhook that carries it."""

    PUBLICATION_FAILED = "publication.failed"
    PUBLICATION_UNCONFIRMED = "publication.unconfirmed"
    CONNECTION_EXPIRING = "connection.expiring"
    CONNECTION_EXPIRED = "connection.expired"
    CONNECTION_REVOKED = "connection.revoked"
    CONNECTION_INSUFFICIENT_SCOPE = "connection.insufficient_scope"
    CONNECTION_CONSENT_ENDS = "connection.consent_ends"
    INSTALLATION_DOUBTED = "installation.doubted"
