"""The facts of parcels: size, shape, streets, places, intensity and limits."""
