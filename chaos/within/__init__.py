"""What needs the service's own settings and database, and so runs in a process of its own."""
