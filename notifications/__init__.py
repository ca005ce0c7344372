"""Articles about followed tags become alerts; alerts reach devices."""
