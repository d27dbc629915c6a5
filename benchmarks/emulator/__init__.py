"""How fast the emulator is: calls on one core, uploads to disk, memory, start."""
