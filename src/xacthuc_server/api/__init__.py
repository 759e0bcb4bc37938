"""The door for hospital systems: REST with keys, the same once however often it is sent, answers by field."""
