"""How the platform is put together and started: settings, addresses, the database and the processes beside it."""
