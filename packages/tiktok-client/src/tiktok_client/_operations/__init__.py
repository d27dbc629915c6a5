"""The calls without a network: each file builds requests and reads answers of one family."""
