import sys
from base64 import b64decode
from verify import verify_body, verify_standard

for line in sys.stdin:
    claim, key, headers, signature, body = line.rstrip("\n").split("\t")
    key, signature, body = b64decode(key).decode(), b64decode(signature).decode(), b64decode(body)
    headers = dict(h.split(": ", 1) for h in b64decode(headers).decode().splitlines())
    print(verify_standard(key, headers, body) if claim == "standard" else verify_body(key, signature, body))
