# Asks for more memory than homework needs, in one piece and in many.
pieces = [bytearray(2**30) for _ in range(3)]
loot = True
