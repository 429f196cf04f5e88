const { Webhook, WebhookVerificationError } = require("standardwebhooks");

require("./cases.cjs")((_, key, headers, __, body) => {
  try {
    new Webhook(key).verify(body, headers);
    return true;
  } catch (error) {
    if (error instanceof WebhookVerificationError) return false;
    throw error;
  }
});
