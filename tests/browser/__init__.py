"""Tests in a real Chromium: what people see and press."""
