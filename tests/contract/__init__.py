"""`make contract`: the schema, the server and generated clients hold each other to their word."""
