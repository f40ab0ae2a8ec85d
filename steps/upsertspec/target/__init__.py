"""What is judged: where it is, how it is spoken to, and with which credentials."""
