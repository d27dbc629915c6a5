"""Network streams that notice an answer which comes before the request is over.

A server that refuses an upload may answer at once and close. A client that only writes then sees a
broken connection, and never the 403 that explains it. Written twice by hand, since waiting for two
things at once is where async and sync really differ.
"""
