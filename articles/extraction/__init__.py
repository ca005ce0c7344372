"""A publisher's page in, an article's facts out; knows no Django."""
