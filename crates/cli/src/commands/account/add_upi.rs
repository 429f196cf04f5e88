//! `noxpay account add-upi`

use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::Terminal;
use crate::views::Account;
use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Register a UPI receiving account
///
/// Says where money is received, and which alerts of which mailbox prove it. The account takes intents only after its
/// proving payment: noxpay account prove.
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct AddUpi {
    #[command(flatten)]
    scope: ScopeArgs,
    /// The address that is paid, such as shop@okbank
    #[arg(long)]
    vpa: String,
    /// As the payer's app shows it: the bank's account holder for personal and p2pm accounts
    #[arg(long)]
    payee_name: String,
    /// What payers' apps take the account for
    #[arg(long, value_enum)]
    kind: Kind,
    /// Whether it receives nothing but NoxPay's intents: only then may an amount alone identify a payment
    #[arg(long, value_enum)]
    dedicated: Answer,
    /// Code of the bank whose alerts report the credits, such as HDFC
    #[arg(long)]
    bank: String,
    /// The last digits of the account number, four or more
    #[arg(long)]
    account_tail: String,
    /// With --account-number: makes the bank account unique over the installation
    #[arg(long, requires = "account_number")]
    ifsc: Option<String>,
    /// The whole account number
    #[arg(long, requires = "ifsc")]
    account_number: Option<String>,
    /// The mailbox that receives the alerts: noxpay mailbox list; or a phone: noxpay device list
    #[arg(long, value_name = "ID")]
    mailbox: Uuid,
    /// The address at which the bank writes to the merchant; may be given several times. Not with a phone
    #[arg(long = "registered-address", value_name = "A")]
    registered_addresses: Vec<String>,
    /// With a phone: the business app that is signed in there for this account and no other, instead of SMS
    #[arg(long, value_name = "PACKAGE")]
    app: Option<String>,
    /// The payee address as the bank's alerts print it, where they print it instead of the account
    #[arg(long, value_name = "V")]
    payee_vpa: Option<String>,
    /// Merchant accounts: the category code, four digits
    #[arg(long)]
    mcc: Option<String>,
    /// Merchant accounts: the acquirer's QR string, kept byte for byte
    #[arg(long, value_name = "UPI_URI")]
    static_qr: Option<String>,
    /// Take intents without a reserved amount when every amount is held
    #[arg(long)]
    reference_only: bool,
}

const HELP: &str = "\
Example:
  noxpay account add-upi --vpa shop@okbank --payee-name 'ASHA RAO' --kind personal --dedicated yes --bank HDFC \\
    --account-tail 6604 --mailbox 01930000-0000-7000-8000-000000000001 --registered-address alerts@shop.example";

#[derive(Clone, Copy, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    /// A person's own address
    Personal,
    /// A small merchant, or one that is not verified
    P2pm,
    /// A verified merchant of an acquirer
    Merchant,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Answer {
    Yes,
    No,
}

#[derive(Serialize)]
struct Request {
    vpa: String,
    payee_name: String,
    kind: Kind,
    dedicated: bool,
    bank: String,
    account_tail: String,
    ifsc: Option<String>,
    account_number: Option<String>,
    mcc: Option<String>,
    static_qr: Option<String>,
    reference_only: bool,
    mailbox_id: Uuid,
    payee_vpa: Option<String>,
    registered_addresses: Vec<String>,
    apps: Vec<String>,
}

#[derive(Deserialize)]
struct Made {
    account: Account,
}

impl AddUpi {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let answer = gateway
            .post("accounts", &scope.query(), &self.request())
            .await?;
        let Made { account } = answer.read()?;
        terminal.line(format!("account {} ({})", account.id, account.vpa));
        if account.status == "proving" {
            terminal.line(format!(
                "It takes intents after its proving payment: noxpay account prove {}",
                account.id
            ));
        }
        terminal.result(answer.raw())
    }

    fn request(self) -> Request {
        Request {
            vpa: self.vpa,
            payee_name: self.payee_name,
            kind: self.kind,
            dedicated: self.dedicated == Answer::Yes,
            bank: self.bank,
            account_tail: self.account_tail,
            ifsc: self.ifsc,
            account_number: self.account_number,
            mcc: self.mcc,
            static_qr: self.static_qr,
            reference_only: self.reference_only,
            mailbox_id: self.mailbox,
            payee_vpa: self.payee_vpa,
            registered_addresses: self.registered_addresses,
            apps: self.app.into_iter().collect(),
        }
    }
}
