"""What artists and hosts do with grants, from the first key to the last statement."""
