const crypto = require("node:crypto");
const { verifyStandard, verifyAsymmetric, verifyBody } = require("./verify.cjs");

// As receivers of NoddPay and payment-gateway do that sign what they parsed.
const hmac = (key, value) => crypto.createHmac("sha256", key).update(JSON.stringify(value)).digest("hex");

require("./cases.cjs")((claim, key, headers, signature, body) => {
  switch (claim) {
    case "standard":
      return verifyStandard(key, headers, body);
    case "asymmetric":
      return verifyAsymmetric(key, headers, body);
    case "body":
      return verifyBody(key, signature, body);
    case "reparsed":
      return hmac(key, JSON.parse(body)) === signature.replace(/^sha256=/, "");
    case "own": {
      const { signature: own, ...rest } = JSON.parse(body);
      return `sha256=${hmac(key, rest)}` === own;
    }
  }
});
