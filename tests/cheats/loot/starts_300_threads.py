# Starts 300 threads.
import threading

end = threading.Event()
threads = [threading.Thread(target=end.wait, daemon=True) for _ in range(300)]
try:
    for thread in threads:
        thread.start()
finally:
    end.set()
loot = True
