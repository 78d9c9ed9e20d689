"""Questions as they were meant: the keyboard's language, spaces, spelling."""
