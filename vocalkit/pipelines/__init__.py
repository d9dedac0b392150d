"""The only wiring: each pipeline joins rooms into one piece of work a user asks for."""
