"""The platform: it stores, asks and shows. What medicine and identity mean is decided by the library alone."""
