"""One worker, as a program: `python -m benchmarks.crash.worker`. Settings from the environment."""

import asyncio
import logging
import os

from postwright.config import load
from postwright.worker import Worker
from postwright.workspaces import models

_ = models.Workspace  # the tables that others refer to


def main() -> None:
    """Work until killed."""
    settings = load(dict(os.environ))  # noqa: TID251  # a composition root hands it to the settings
    assert settings.database_url is not None
    logging.basicConfig(
        level=settings.log_level,
        format="%(asctime)s %(process)d %(name)s %(levelname)s %(message)s",
    )
    asyncio.run(Worker(settings, settings.database_url.get_secret_value()).run())


if __name__ == "__main__":
    main()
