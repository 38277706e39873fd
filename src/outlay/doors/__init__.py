"""Every way in. Doors translate between the wire and the use cases; they decide nothing."""
