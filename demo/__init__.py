"""The demonstration: a real video, from a file on disk to a profile on the emulator."""
