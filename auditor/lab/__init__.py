"""The lab: an estate on loopback that answers WinRM like the real thing."""
