"""Certificates: an assessed dose history to a signed QR text, and back to a verdict."""
