"""Somebody with a browser, as the bench needs them: signs in to the portal with a password and an authenticator."""
import base64
import hashlib
import hmac
import http.client
import re
import struct
import time
import urllib.parse

PASSWORD = "three red kettles"


def digits(secret, ahead=0):
    """The six digits of RFC 6238."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    mac = hmac.new(key, struct.pack(">Q", int(time.time()) // 30 + ahead), hashlib.sha1).digest()
    number = struct.unpack(">I", mac[mac[19] & 15:][:4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


class Visitor:
    """One browser: keeps cookies, sends forms with the token of the page before."""

    def __init__(self, port, source="127.0.0.1"):
        self.port, self.source, self.cookies, self.token = port, source, {}, ""

    def send(self, method, path, form=None):
        """Status, where it sends us, the page."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60, source_address=(self.source, 0))
        headers = {"Host": f"127.0.0.1:{self.port}", "Cookie": self.cookie()}
        body = None
        if form is not None:
            body = urllib.parse.urlencode({"token": self.token, **form})
            headers |= {"Origin": f"http://127.0.0.1:{self.port}", "Content-Type": "application/x-www-form-urlencoded"}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode(errors="replace")
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, value = line.split(";")[0].split("=", 1)
            self.cookies[name] = value
        self.token = self.field(text, "token") or self.token
        goes_to = answer.getheader("Location") or ""
        connection.close()
        return answer.status, goes_to, text

    def cookie(self):
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def stream(self, path):
        """A long answer, piece by piece."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        connection.request("GET", path, headers={"Host": f"127.0.0.1:{self.port}", "Cookie": self.cookie()})
        answer = connection.getresponse()
        if answer.status != 200:
            raise SystemExit(f"{path} answers {answer.status}")
        while piece := answer.read1(1 << 16):
            yield piece
        connection.close()

    def get(self, path):
        return self.send("GET", path)

    def post(self, path, **form):
        return self.send("POST", path, form)

    @staticmethod
    def field(text, name):
        found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', text)
        return found.group(1) if found else ""

    def sign_in(self, address, temporary):
        """From a temporary password to the first page."""
        self.post("/sign-in", address=address, password=temporary)
        self.get("/sign-in/password")
        self.post("/sign-in/password", current=temporary, new=PASSWORD, again=PASSWORD)
        _, goes_to, _ = self.get("/")
        if goes_to == "/sign-in/authenticator":
            _, _, text = self.get(goes_to)
            secret = self.field(text, "secret")
            self.post(goes_to, secret=secret, code=digits(secret))
            _, goes_to, _ = self.get("/")
        if goes_to == "/sign-in/terms":
            self.get(goes_to)
            self.post(goes_to)
        status, goes_to, _ = self.get("/")
        if status != 200:
            raise SystemExit(f"{address} is not signed in: {status}, goes to {goes_to}")
        return self
