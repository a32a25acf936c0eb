"""One module per step; each only goes forward."""
