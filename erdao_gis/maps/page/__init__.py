"""One page as one file: its content as data, composed, proved to stay offline."""
