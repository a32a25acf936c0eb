"""The state's history of shapes."""
