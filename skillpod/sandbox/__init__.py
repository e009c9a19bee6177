"""The jail: guests behind kernel walls, the wire to them, and the host that forks, feeds, times and ends them."""
