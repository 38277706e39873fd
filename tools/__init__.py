"""What the Makefile calls: bootstrap, needs of the tests, Node, audit, and the contract that keeps slices private."""
