"""A folder with Postfix and Dovecot as `almoner mail` sets it up, for the benches of mail. Needs root."""
import os
import shutil
import socket
import subprocess
import tempfile
import time

from common import ALMONER, run

NOW = "2018-11-01"
PORTS = ("smtp", "submission", "submissions", "imap", "imaps", "pop3", "pop3s", "auth")


def free_ports(count):
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


class Mail:
    """The supervisor of a folder, with both engines. `local` stands in the place of Postfix's parameters."""

    def __init__(self, url, local="", below="/tmp", more=()):
        self.folder = tempfile.mkdtemp(prefix="alm-", dir=below)
        os.chmod(self.folder, 0o711)
        self.at = ("--store", url, "--quiet", "--now", NOW)
        self.ports = dict(zip(PORTS, free_ports(len(PORTS))))
        told = [word for name, port in self.ports.items() for word in (f"--{name}-port", str(port))]
        self.path = os.path.join(self.folder, "m")
        self.place = ("--folder", self.path)
        run(*self.at, "mail", "setup", *self.place, *told, *more)
        self.child = None
        self.change(local)

    def change(self, local):
        """Starts it anew, with other parameters."""
        self.stop()
        with open(os.path.join(self.path, "postfix/local.cf"), "w", encoding="ascii") as file:
            file.write(local)
        run(*self.at, "mail", "setup", *self.place)
        begun = time.monotonic()
        command = [ALMONER, *self.at, "mail", "start", *self.place]
        self.child = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        for line in self.child.stderr:
            if "mail_ready" in line:
                break
        self.took = time.monotonic() - begun

    def ask(self):
        stream = socket.socket(socket.AF_UNIX)
        stream.connect(os.path.join(self.path, "run/maps"))
        return stream

    def mib(self, word):
        with open(f"/proc/{self.child.pid}/status", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith(word)) / 1024

    def stop(self):
        if self.child:
            self.child.terminate()
            self.child.communicate()
            self.child = None

    def close(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
