"""The program that looks into files, in processes of their own. Run, never imported."""
