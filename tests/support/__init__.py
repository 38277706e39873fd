"""What tests share: real servers, databases of their own, workspaces to play in."""
