"""Publishers' feeds become articles; articles gain tags and stories; readers follow tags."""
