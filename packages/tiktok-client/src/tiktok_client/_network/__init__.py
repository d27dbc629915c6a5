"""Under the HTTP library: sending a body while listening, and what one exchange may take.

A server that refuses an upload may answer at once and close. A client that only writes then sees a
broken connection, and never the 403 that explains it. So uploads are sent by code of ours: blocking
code, which the async client runs in a thread of its own for each PUT. There it reads the file and
writes the socket in one loop, without a hop between threads for every piece.
"""
