"""What is pressed: the command and the fields of the first notebook."""
