"""The control plane: everything a test or a demo needs to command the emulator."""
