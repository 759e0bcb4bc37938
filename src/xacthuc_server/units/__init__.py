"""Administrative units, the organisations that work in them, and the posts that people hold there."""
