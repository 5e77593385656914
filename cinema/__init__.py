"""What several services share. Imports no service."""
