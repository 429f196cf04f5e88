//! `noxpay device bind`

use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::Terminal;
use clap::Args;
use serde::Serialize;
use uuid::Uuid;

/// Say which messages of a phone, or which posted mails, prove an account
///
/// Again replaces what was said about the same account. A phone tells an account in one way, by SMS or by one app: a phone that
/// does both is added twice, so that what both tell is known to be one payment.
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct Bind {
    #[command(flatten)]
    scope: ScopeArgs,
    /// The phone: noxpay device list; or what posts mails: noxpay mailbox list
    device: Uuid,
    /// The account: noxpay account list
    #[arg(long, value_name = "ID")]
    account: Uuid,
    /// Code of the bank whose alerts report the credits, such as HDFC
    #[arg(long)]
    bank: String,
    /// The last digits of the account number, four or more
    #[arg(long, conflicts_with = "app")]
    account_tail: Option<String>,
    /// The payee address as the alerts print it, where they print it instead of the account
    #[arg(long, value_name = "V", conflicts_with = "app")]
    payee_vpa: Option<String>,
    /// Instead: a business app that is signed in on this phone for this account and no other
    #[arg(long, value_name = "PACKAGE")]
    app: Option<String>,
    /// Of posted mails: the address at which the bank writes to the merchant; may be given several times
    #[arg(long = "registered-address", value_name = "A")]
    registered_addresses: Vec<String>,
}

const HELP: &str = "\
Example:
  noxpay device bind 01930000-0000-7000-8000-000000000001 --account 01930000-0000-7000-8000-000000000002 \\
    --bank HDFC --account-tail 6604";

#[derive(Serialize)]
struct Request {
    account_id: Uuid,
    bank: String,
    account_tail: Option<String>,
    payee_vpa: Option<String>,
    apps: Vec<String>,
    registered_addresses: Vec<String>,
}

impl Bind {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let path = format!("mailboxes/{}/bindings", self.device);
        let account = self.account;
        let request = Request {
            account_id: account,
            bank: self.bank,
            account_tail: self.account_tail,
            payee_vpa: self.payee_vpa,
            apps: self.app.into_iter().collect(),
            registered_addresses: self.registered_addresses,
        };
        let answer = gateway.post(&path, &scope.query(), &request).await?;
        terminal.line(format!("bound to account {account}"));
        terminal.result(answer.raw())
    }
}
