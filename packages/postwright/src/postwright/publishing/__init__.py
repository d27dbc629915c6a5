"""The life of a publication: schedule, start, upload, track, cancel, hold."""
