"""Doors that the specifications name. A door turns octets into values, calls the rooms, and answers; it never
imports another door, and what people see is in pages/.
"""
