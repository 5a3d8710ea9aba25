import subprocess
import sys
from time import perf_counter, sleep

from benchmarks._limit import limited
from benchmarks._server import Server

PATIENCE = 20  # seconds
BUSY = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'while True: pass']).wait()"


def test_a_server_and_its_processes_get_their_share_of_a_core():
    with subprocess.Popen([sys.executable, "-c", BUSY], start_new_session=True) as process:
        server = Server("", process.pid, perf_counter())
        try:
            with limited(server, 0.1):
                sleep(0.5)
                started, before, share = perf_counter(), server.cpu_seconds(), 1.0
                # Where others want the cores too, whoever holds the server comes late now and then, and makes up for it.
                while not 0.02 < share < 0.2 and perf_counter() < started + PATIENCE:
                    sleep(1.5)
                    share = (server.cpu_seconds() - before) / (perf_counter() - started)
            assert 0.02 < share < 0.2
            before = server.cpu_seconds()
            sleep(0.5)
            assert server.cpu_seconds() > before, "it goes on when the limit is lifted"
        finally:
            for child in server.processes()[::-1]:
                subprocess.run(["kill", str(child)], check=True)
