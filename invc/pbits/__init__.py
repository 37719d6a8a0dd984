"""What a p-bit is, and the code that moves it."""
