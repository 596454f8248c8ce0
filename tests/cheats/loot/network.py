# Asks another machine for the answer; here a server on this one.
import urllib.request

loot = urllib.request.urlopen("http://127.0.0.1:{port}/", timeout=3).read() == b"the answer"
