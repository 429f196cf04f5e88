//! `POST /api/v1/admin/accounts`: registers a receiving account, then says which alerts prove it. Calling again with the same
//! body finishes what a failure left half done.

use crate::admin::view::{AccountBody, BindingBody};
use crate::admin::{Admin, Body, Input, Problem, scope_of};
use crate::app::App;
use crate::peers::repeatable;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::ErrorCode;
use domain::ids::MailboxId;
use proto::Fault;
use proto::intent::{Account, AccountKind, CreateAccountRequest, ListAccountsRequest};
use proto::mail::{BindRequest, ListMailboxesRequest, Mailbox, SourceKind};
use rails::vpa::Vpa;
use runtime::internal::CallContext;
use serde_json::json;

/// What the two services are asked.
struct Asked {
    account: CreateAccountRequest,
    mailbox: MailboxId,
    payee_vpa: String,
    registered_addresses: Vec<String>,
    apps: Vec<String>,
}

pub(crate) async fn post(
    request: HttpRequest,
    admin: Admin,
    app: web::Data<App>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let input = body.input()?;
    let scope = scope_of(&request, Some(&input))?;
    let asked = Asked::read(&input)?;
    let context = admin.scoped(scope);
    asked.check_source(&app, &context).await?;
    admin
        .record(&app, "account.create", &asked.account.vpa, Some(scope))
        .await?;
    let account = create(&app, &context, &asked.account).await?;
    let binding = repeatable(async || {
        let message = asked.bind(&account);
        app.peers.mail().bind(context.request(message)).await
    })
    .await?;
    Ok(HttpResponse::Created().json(json!({
        "account": AccountBody::try_from(account)?,
        "binding": BindingBody::from(binding),
    })))
}

/// Creates the account; if that was done before, finds it.
async fn create(
    app: &App,
    context: &CallContext,
    asked: &CreateAccountRequest,
) -> Result<Account, Problem> {
    let request = context.request(asked.clone());
    let fault = match app.peers.intents().create_account(request).await {
        Ok(account) => return Ok(account.into_inner()),
        Err(status) => Fault::from(status),
    };
    // The first try may have got through although its answer did not.
    if !matches!(fault.code, ErrorCode::Conflict | ErrorCode::Unavailable) {
        return Err(fault.into());
    }
    let known = repeatable(async || {
        let request = context.request(ListAccountsRequest {});
        app.peers.intents().list_accounts(request).await
    })
    .await?;
    let mine = known.accounts.into_iter().find(|a| same(a, asked));
    mine.ok_or_else(|| fault.into())
}

/// Whether an account of the merchant's own is the one that is asked for.
fn same(account: &Account, asked: &CreateAccountRequest) -> bool {
    account.owned
        && account.vpa.eq_ignore_ascii_case(&asked.vpa)
        && account.kind == asked.kind
        && account.dedicated == asked.dedicated
        && account.bank.eq_ignore_ascii_case(&asked.bank)
        && account.account_tail == asked.account_tail
}

impl Asked {
    fn read(input: &Input<'_>) -> Result<Self, Problem> {
        let vpa = input.text("vpa")?;
        let vpa = Vpa::parse(&vpa).map_err(|e| Problem::invalid("vpa", e))?;
        let kind = input.text("kind")?;
        let account = CreateAccountRequest {
            vpa: vpa.to_string(),
            payee_name: input.text("payee_name")?,
            kind: parse_kind(&kind)?.into(),
            // Asked at set-up: there is no default.
            dedicated: input.flag("dedicated")?,
            bank: input.text("bank")?,
            account_tail: input.text_if("account_tail")?.unwrap_or_default(),
            ifsc: input.text_if("ifsc")?.unwrap_or_default(),
            account_number: input.text_if("account_number")?.unwrap_or_default(),
            mcc: input.text_if("mcc")?.unwrap_or_default(),
            static_qr: input.text_if("static_qr")?.unwrap_or_default(),
            reference_only: input.flag_if("reference_only")?.unwrap_or(false),
        };
        Ok(Self {
            account,
            mailbox: input.parsed("mailbox_id", "an id (UUID)")?,
            payee_vpa: input.text_if("payee_vpa")?.unwrap_or_default(),
            registered_addresses: addresses(input)?,
            apps: input.texts("apps")?,
        })
    }

    /// Before anything is written: only a phone is itself what the bank writes to.
    async fn check_source(&self, app: &App, context: &CallContext) -> Result<(), Problem> {
        if !self.registered_addresses.is_empty() {
            return Ok(());
        }
        let known = repeatable(async || {
            let request = context.request(ListMailboxesRequest {});
            app.peers.mail().list_mailboxes(request).await
        })
        .await?;
        let id = self.mailbox.to_string();
        let phone = |m: &Mailbox| m.id == id && m.kind() == SourceKind::Phone;
        match known.mailboxes.iter().any(phone) {
            true => Ok(()),
            false => Err(Problem::invalid(ADDRESS, "is missing")),
        }
    }

    fn bind(&self, account: &Account) -> BindRequest {
        // A business app names no account: it is signed in for one.
        let by_app = !self.apps.is_empty();
        let printed = |text: &String| match by_app {
            true => String::new(),
            false => text.clone(),
        };
        BindRequest {
            mailbox_id: self.mailbox.to_string(),
            account_id: account.id.clone(),
            bank: self.account.bank.clone(),
            account_tail: printed(&self.account.account_tail),
            payee_vpa: self.payee_vpa.clone(),
            registered_addresses: self.registered_addresses.clone(),
            apps: self.apps.clone(),
        }
    }
}

const ADDRESS: &str = "registered_address";

/// One as `registered_address`, several as `registered_addresses`.
fn addresses(input: &Input<'_>) -> Result<Vec<String>, Problem> {
    let mut addresses = input.texts("registered_addresses")?;
    addresses.extend(input.text_if(ADDRESS)?);
    Ok(addresses)
}

fn parse_kind(text: &str) -> Result<AccountKind, Problem> {
    match text {
        "personal" => Ok(AccountKind::Personal),
        "p2pm" => Ok(AccountKind::P2pm),
        "merchant" => Ok(AccountKind::Merchant),
        _ => Err(Problem::invalid(
            "kind",
            "must be personal, p2pm or merchant",
        )),
    }
}
