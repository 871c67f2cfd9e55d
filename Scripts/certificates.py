"""A certificate authority for this machine alone, made with the openssl command.

    ca.crt      what clients trust        ca.key
    node.crt    the Redis nodes' own      node.key
    client.crt  for mutual TLS            client.key
"""
import os
import subprocess

# New ones are made when any of them has less time left than this.
WEEK = 7 * 24 * 3600
DAYS = 365
NAMES = "DNS:localhost,IP:127.0.0.1,IP:::1"


def ensure(folder):
    """Makes the certificates in `folder`, unless they exist and are valid for another week."""
    os.makedirs(folder, mode=0o700, exist_ok=True)
    if all(_is_good(folder, name) for name in ("ca", "node", "client")):
        return
    _openssl(folder, "req", "-x509", *_key("ca"), "-out", "ca.crt", "-days", str(DAYS),
             "-subj", "/CN=session-gateway local authority",
             "-addext", "basicConstraints=critical,CA:TRUE,pathlen:0",
             "-addext", "keyUsage=critical,keyCertSign,cRLSign")
    # A node is also a client of the other nodes.
    _sign(folder, "node", "serverAuth,clientAuth", NAMES)
    _sign(folder, "client", "clientAuth")


def _key(name):
    return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", f"{name}.key"]


def _sign(folder, name, usage, names=None):
    extensions = ["basicConstraints=critical,CA:FALSE", f"extendedKeyUsage={usage}"]
    if names:
        extensions.append(f"subjectAltName={names}")
    asked = [word for text in extensions for word in ("-addext", text)]
    _openssl(folder, "req", "-new", *_key(name), "-out", f"{name}.csr", "-subj", f"/CN={name}",
             *asked)
    _openssl(folder, "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.crt", "-CAkey", "ca.key",
             "-copy_extensions", "copy", "-days", str(DAYS), "-out", f"{name}.crt")
    os.remove(os.path.join(folder, f"{name}.csr"))


def _is_good(folder, name):
    paths = [os.path.join(folder, f"{name}.{kind}") for kind in ("crt", "key")]
    if not all(map(os.path.exists, paths)):
        return False
    check = ["openssl", "x509", "-in", paths[0], "-noout", "-checkend", str(WEEK)]
    return subprocess.run(check, capture_output=True, check=False).returncode == 0


def _openssl(folder, *words):
    # openssl makes keys readable by this user only; the umask does the same for certificates.
    done = subprocess.run(["openssl", *words], cwd=folder, capture_output=True, text=True,
                          check=False, umask=0o077)
    if done.returncode != 0:
        raise SystemExit(f"openssl {words[0]} failed: {done.stderr.strip()}")
