"""What the projects of one installation share, kept in one database: credits, list, queue."""
