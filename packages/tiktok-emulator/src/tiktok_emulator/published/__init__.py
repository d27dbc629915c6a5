"""OpenAPI 3.1 documents: of the control plane, and of the part of TikTok that is emulated."""
