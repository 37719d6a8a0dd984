"""What is asked of a design, and the answers: values, files and pictures."""
