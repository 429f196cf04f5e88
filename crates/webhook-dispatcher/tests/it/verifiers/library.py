import sys
from base64 import b64decode
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

for line in sys.stdin:
    _, key, headers, _, body = line.rstrip("\n").split("\t")
    headers = dict(h.split(": ", 1) for h in b64decode(headers).decode().splitlines())
    try:
        Webhook(b64decode(key).decode()).verify(b64decode(body), headers)
        print(True)
    except WebhookVerificationError:
        print(False)
