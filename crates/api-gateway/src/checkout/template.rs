//! What the templates are given. The list of strings stands at the top of `checkout.html`.

use super::look::Look;
use super::{assets, money, uri};
use crate::config::is_local;
use askama::Template;
use domain::india::to_india;
use domain::{Mode, StatusName};
use jiff::Timestamp;
use rails::qr::QrError;
use runtime::Environment;
use url::Url;

/// The checkout page.
#[derive(Template)]
#[template(path = "checkout.html")]
pub(crate) struct CheckoutPage {
    pub nonce: String,
    css: String,
    js: String,
    state: &'static str,
    seconds_left: i64,
    intent_id: String,
    order_id: String,
    merchant_name: String,
    test_mode: bool,
    payable: String,
    price: Option<String>,
    received: String,
    received_plain: String,
    due: String,
    due_plain: String,
    payee_name: String,
    vpa: String,
    code: String,
    uri: String,
    qr: String,
    merchant_account: bool,
    fixes_amount: bool,
    shared_qr_limit: Option<String>,
    paid_at: Option<String>,
    late: bool,
    excess: Option<String>,
    return_url: Option<String>,
}

/// A page that says to come again.
#[derive(Template)]
#[template(path = "away.html")]
pub(crate) struct AwayPage {
    pub nonce: String,
    css: String,
    /// Seconds until the page asks again.
    seconds: u64,
}

impl AwayPage {
    pub(crate) fn new(nonce: String, seconds: u64) -> Self {
        Self {
            nonce,
            css: assets::CSS.url(),
            seconds,
        }
    }
}

impl CheckoutPage {
    /// The page of an intent as it stands at `now`.
    pub(crate) fn of(
        look: &Look,
        merchant_name: String,
        nonce: String,
        now: Timestamp,
        environment: Environment,
    ) -> Result<Self, QrError> {
        let (live, option) = (&look.live, &look.option);
        let due = live.due();
        let uri = uri::asking(&option.payment_uri, due);
        let rules = option.kind.rules();
        let settled = live.status == StatusName::Settled;
        let shared = option.kind.qr_may_be_shared(due);
        Ok(Self {
            state: live.status.as_str(),
            seconds_left: live.seconds_left(now),
            intent_id: look.id.to_string(),
            order_id: look.order_id.clone(),
            merchant_name,
            test_mode: look.scope.mode == Mode::Test,
            payable: money::rupees(live.payable),
            price: (live.amount != live.payable).then(|| money::rupees(live.amount)),
            received: money::rupees(live.received),
            received_plain: live.received.to_decimal(),
            due: money::rupees(due),
            due_plain: due.to_decimal(),
            payee_name: option.payee_name.clone(),
            vpa: option.vpa.clone(),
            code: option.code.clone(),
            qr: rails::qr::png_data_uri(&uri)?,
            fixes_amount: uri::fixes_amount(&uri),
            uri,
            merchant_account: rules.links_open_apps,
            shared_qr_limit: rules
                .shared_qr_limit
                .filter(|_| !shared)
                .map(money::rupees_short),
            paid_at: look.paid_at.filter(|_| settled).map(moment),
            late: settled && live.late,
            excess: (settled && look.excess.is_positive()).then(|| money::rupees(look.excess)),
            return_url: look
                .redirect_url
                .clone()
                .filter(|u| may_return_to(u, environment)),
            ..Self::unknown(nonce)
        })
    }

    /// The page of no intent.
    pub(crate) fn unknown(nonce: String) -> Self {
        Self {
            nonce,
            css: assets::CSS.url(),
            js: assets::JS.url(),
            state: "unknown",
            seconds_left: 0,
            intent_id: String::new(),
            order_id: String::new(),
            merchant_name: String::new(),
            test_mode: false,
            payable: String::new(),
            price: None,
            received: String::new(),
            received_plain: String::new(),
            due: String::new(),
            due_plain: String::new(),
            payee_name: String::new(),
            vpa: String::new(),
            code: String::new(),
            uri: String::new(),
            qr: String::new(),
            merchant_account: false,
            fixes_amount: false,
            shared_qr_limit: None,
            paid_at: None,
            late: false,
            excess: None,
            return_url: None,
        }
    }
}

/// `21 Nov 2026, 10:45 am IST`: banks in India print one time, whatever zone the server or the payer is in.
fn moment(time: Timestamp) -> String {
    to_india(time)
        .strftime("%-d %b %Y, %-I:%M %P IST")
        .to_string()
}

/// Whether the page may link there: https, or this machine in development.
fn may_return_to(url: &str, environment: Environment) -> bool {
    let Ok(url) = Url::parse(url) else {
        return false;
    };
    match (url.scheme(), url.host()) {
        ("https", Some(_)) => true,
        ("http", Some(host)) => environment.is_development() && is_local(&host),
        _ => false,
    }
}
