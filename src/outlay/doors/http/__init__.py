"""What every HTTP door shares: who calls, in which transaction, how errors look, and what each answer carries."""
