"""Land-use codes of a workspace's layer translated from one edition into another."""
