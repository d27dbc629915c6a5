"""What this process has answered, by route: for `/metrics`."""

from prometheus_client import CollectorRegistry, Histogram

LABELS = ("method", "route", "status")
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class RequestCounts:
    """Counts requests and how long they took, by method, route and status."""

    __slots__ = ("_seconds", "registry")

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._seconds = Histogram(
            "postwright_http_request_seconds",
            "Time to answer a request to the API, in this process.",
            LABELS,
            registry=self.registry,
            buckets=_SECONDS,
        )

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request. `route` is its path as it is declared."""
        self._seconds.labels(method, route, str(status)).observe(seconds)
