"""Email addresses as staff see them where they need not know them."""

MASK = "•••"


def mask(address: str) -> str:
    """Return an address by which somebody recognises their own: `m•••@example.test`."""
    name, at, host = address.rpartition("@")
    return f"{name[:1]}{MASK}@{host}" if at else MASK
