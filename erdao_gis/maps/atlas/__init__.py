"""The atlas of a place: its pages, their contents, and units coloured by the run's figures."""
