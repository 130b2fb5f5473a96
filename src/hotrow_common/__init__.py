"""What every part needs: Arrow input, whole files, progress, near names, arguments."""
