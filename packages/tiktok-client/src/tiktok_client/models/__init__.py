"""What goes in and what comes out, one file per family: frozen values."""
