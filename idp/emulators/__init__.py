"""Stand-ins for other people's providers, on loopback only; they lean on nothing of the house but its clock."""
