"""Engine, tables' base, types, migrations, the embedded server."""
