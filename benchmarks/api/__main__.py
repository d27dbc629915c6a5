"""`python -m benchmarks.api`, which is `make bench NAME=api`."""

from benchmarks.api import create, listing, upload
from benchmarks.parts import command

main = command(
    "api",
    "What the API costs, beside what the same work costs without it.",
    {"create": create.measure, "list": listing.measure, "upload": upload.measure},
    rounds=5,
)

if __name__ == "__main__":
    main()
