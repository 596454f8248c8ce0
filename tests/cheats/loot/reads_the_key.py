# Reads the lecturer's key.
loot = open("{secret}").read() == "the key"
