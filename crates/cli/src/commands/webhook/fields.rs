//! What an endpoint is told apart by, as it is typed.

use clap::ValueEnum;
use serde::Serialize;
use std::str::FromStr;

/// Which interface the receiver was written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Profile {
    /// Our own headers beside those of Standard Webhooks
    Noxpay,
    /// Standard Webhooks alone, signed by the secret and by a key pair
    Standard,
    /// Headers, body and retries of the noddpay interface
    Noddpay,
    /// Headers, body and retries of the payment-gateway interface
    PaymentGateway,
}

/// `standard`, `noddpay`, `payment-gateway`, or seconds before each attempt: `0,60,300`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(super) enum Retry {
    Named(&'static str),
    Custom { pauses_s: Vec<u32> },
}

impl FromStr for Retry {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "standard" => Ok(Self::Named("standard")),
            "noddpay" => Ok(Self::Named("noddpay")),
            "payment-gateway" | "payment_gateway" => Ok(Self::Named("payment_gateway")),
            pauses => {
                let pauses = pauses.split(',').map(|pause| pause.trim().parse());
                let pauses_s: Result<Vec<u32>, _> = pauses.collect();
                pauses_s.map(|pauses_s| Self::Custom { pauses_s }).map_err(|_| {
                    "it must be standard, noddpay, payment-gateway, or seconds before each attempt: 0,60,300"
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_are_a_name_or_seconds() {
        let json = |text: &str| serde_json::to_string(&text.parse::<Retry>().unwrap()).unwrap();
        assert_eq!(json("payment-gateway"), r#""payment_gateway""#);
        assert_eq!(json("0, 60,300"), r#"{"pauses_s":[0,60,300]}"#);
        for wrong in ["", "never", "0,-1", "1.5"] {
            assert!(wrong.parse::<Retry>().is_err(), "{wrong}");
        }
    }
}
