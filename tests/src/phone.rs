//! A phone whose forwarder app sends what the bank's SMS say.

use crate::rest::Answer;
use crate::stack::Stack;
use domain::Money;
use domain::india::to_india;
use serde_json::json;

const SMS: &str = "/api/v1/alerts/sms";

/// The demo bank's SMS about the merchant's account, as a forwarder app sends it.
pub fn sms(stack: &Stack, amount: Money, utr: &str) -> String {
    let at = stack.now();
    let printed = to_india(at).strftime("%d-%m-%y %H:%M").to_string();
    let amount = amount.to_decimal();
    json!({
        "from": "VM-EXBANK-S",
        "text": format!("Rs.{amount} credited to A/c XX6604 on {printed} by UPI from ravi@okexample. Ref {utr} -Example Bank"),
        "sentStamp": at.as_millisecond(),
    })
    .to_string()
}

/// Sends `body` with the phone's token.
pub async fn forward(stack: &Stack, token: &str, body: &str) -> Answer {
    let phone = stack
        .public
        .clone()
        .with("authorization", &format!("Bearer {token}"));
    phone.post_raw(SMS, body).await
}
