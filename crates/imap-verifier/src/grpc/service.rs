use super::{rules as rules_wire, wire};
use crate::app::Shared;
use crate::commands::add_mailbox::{NewMailbox, add_mailbox};
use crate::commands::add_push_source::{NewPushSource, add_push_source};
use crate::commands::bind::{NewBinding, bind};
use crate::commands::list::{self, Page};
use crate::commands::revoke::{NewRevocation, revoke};
use crate::commands::rotate_token::rotate_token;
use crate::commands::rules::{self, NewRule, check, save};
use crate::commands::set_limits::{NewLimits, set_limits};
use crate::commands::set_login::{NewSecret, set_login};
use crate::commands::set_state::set_state;
use crate::commands::test_mailbox::test_mailbox;
use crate::commands::trust_header::{NewTrust, trust_header};
use crate::commands::trust_results::trust_results;
use crate::push;
use bus::dead::{answer_list, answer_replay};
use bus::topology::IMAP_VERIFIER;
use db::Scope;
use domain::Mode;
use proto::convert::{non_empty, parse_id};
use proto::mail::mail_service_server::MailService;
use proto::{common, mail};
use runtime::internal::CallContext;
use tonic::{Request, Response, Status};
use uuid::Uuid;

pub(crate) struct Service {
    app: Shared,
}

impl Service {
    pub(super) fn new(app: Shared) -> Self {
        Self { app }
    }
}

/// For whom the call is made.
fn scope<T>(request: &Request<T>) -> Result<Scope, Status> {
    let (merchant, live) = CallContext::of(request)?.tenant()?;
    Ok(Scope {
        merchant: merchant.into(),
        mode: Mode::from_live(live),
    })
}

fn rule_id(text: &str) -> Result<Uuid, Status> {
    Ok(parse_id(text, "rule_id")?)
}

#[tonic::async_trait]
impl MailService for Service {
    async fn add_mailbox(
        &self,
        request: Request<mail::AddMailboxRequest>,
    ) -> Result<Response<mail::Mailbox>, Status> {
        let scope = scope(&request)?;
        let new = NewMailbox::parse(request.into_inner(), &self.app)?;
        let row = add_mailbox(&self.app, scope, new).await?;
        Ok(Response::new(wire::mailbox(row, None)))
    }

    async fn add_push_source(
        &self,
        request: Request<mail::AddPushSourceRequest>,
    ) -> Result<Response<mail::NewPushSource>, Status> {
        let scope = scope(&request)?;
        let new = NewPushSource::parse(request.get_ref())?;
        let issued = add_push_source(&self.app, scope, new).await?;
        Ok(Response::new(wire::issued(issued)))
    }

    async fn rotate_token(
        &self,
        request: Request<mail::RotateTokenRequest>,
    ) -> Result<Response<mail::NewPushSource>, Status> {
        let scope = scope(&request)?;
        let id = parse_id(&request.get_ref().mailbox_id, "mailbox_id")?;
        let issued = rotate_token(&self.app, scope, id).await?;
        Ok(Response::new(wire::issued(issued)))
    }

    async fn trust_header(
        &self,
        request: Request<mail::TrustHeaderRequest>,
    ) -> Result<Response<mail::Mailbox>, Status> {
        let scope = scope(&request)?;
        let new = NewTrust::parse(request.get_ref(), &self.app.rules)?;
        let row = trust_header(&self.app, scope, new).await?;
        Ok(Response::new(wire::mailbox(row, None)))
    }

    async fn set_limits(
        &self,
        request: Request<mail::SetLimitsRequest>,
    ) -> Result<Response<mail::Mailbox>, Status> {
        let scope = scope(&request)?;
        let new = NewLimits::parse(request.get_ref())?;
        let row = set_limits(&self.app, scope, new).await?;
        Ok(Response::new(wire::mailbox(row, None)))
    }

    async fn set_login(
        &self,
        request: Request<mail::SetLoginRequest>,
    ) -> Result<Response<mail::Mailbox>, Status> {
        let scope = scope(&request)?;
        let new = NewSecret::parse(request.into_inner())?;
        let row = set_login(&self.app, scope, new).await?;
        Ok(Response::new(wire::mailbox(row, None)))
    }

    async fn take_sms(
        &self,
        request: Request<mail::TakeSmsRequest>,
    ) -> Result<Response<mail::Delivered>, Status> {
        let answer = push::take_sms(&self.app, wire::posted(request.into_inner())).await?;
        Ok(Response::new(wire::delivered(answer)))
    }

    async fn take_mail(
        &self,
        request: Request<mail::TakeMailRequest>,
    ) -> Result<Response<mail::Delivered>, Status> {
        let mail::TakeMailRequest { token, raw } = request.into_inner();
        let answer = push::take_mail(&self.app, &token, raw).await?;
        Ok(Response::new(wire::delivered(answer)))
    }

    async fn heartbeat(
        &self,
        request: Request<mail::HeartbeatRequest>,
    ) -> Result<Response<mail::Delivered>, Status> {
        let answer = push::heartbeat(&self.app, &request.get_ref().token).await?;
        Ok(Response::new(wire::delivered(answer)))
    }

    async fn test_mailbox(
        &self,
        request: Request<mail::TestMailboxRequest>,
    ) -> Result<Response<mail::TestMailboxResponse>, Status> {
        let scope = scope(&request)?;
        let id = parse_id(&request.into_inner().mailbox_id, "mailbox_id")?;
        let tried = test_mailbox(&self.app, scope, id).await?;
        Ok(Response::new(wire::tried(tried)))
    }

    async fn list_mailboxes(
        &self,
        request: Request<mail::ListMailboxesRequest>,
    ) -> Result<Response<mail::ListMailboxesResponse>, Status> {
        let rows = list::mailboxes(&self.app, scope(&request)?).await?;
        let mailboxes = rows
            .into_iter()
            .map(|listed| {
                let (now, silence) = (self.app.clock.now(), self.app.reading.silence);
                let blind = push::is_blind(&listed.row, now, silence);
                mail::Mailbox {
                    blind,
                    ..wire::listed(listed)
                }
            })
            .collect();
        Ok(Response::new(mail::ListMailboxesResponse { mailboxes }))
    }

    async fn set_mailbox_state(
        &self,
        request: Request<mail::SetMailboxStateRequest>,
    ) -> Result<Response<mail::Mailbox>, Status> {
        let scope = scope(&request)?;
        let request = request.into_inner();
        let id = parse_id(&request.mailbox_id, "mailbox_id")?;
        let wanted = wire::wanted_state(request.state)?;
        let changed = set_state(&self.app, scope, id, wanted).await?;
        Ok(Response::new(wire::with_recorded(changed)))
    }

    async fn revoke_device(
        &self,
        request: Request<mail::RevokeDeviceRequest>,
    ) -> Result<Response<mail::Mailbox>, Status> {
        let scope = scope(&request)?;
        let new = NewRevocation::parse(request.get_ref())?;
        let revoked = revoke(&self.app, scope, new).await?;
        Ok(Response::new(wire::with_recorded(revoked)))
    }

    async fn trust_results(
        &self,
        request: Request<mail::TrustResultsRequest>,
    ) -> Result<Response<mail::TrustResultsResponse>, Status> {
        let scope = scope(&request)?;
        let request = request.into_inner();
        let id = parse_id(&request.mailbox_id, "mailbox_id")?;
        trust_results(&self.app, scope, id, request.trust).await?;
        Ok(Response::new(mail::TrustResultsResponse {}))
    }

    async fn bind(
        &self,
        request: Request<mail::BindRequest>,
    ) -> Result<Response<mail::Binding>, Status> {
        let scope = scope(&request)?;
        let new = NewBinding::parse(request.get_ref(), &self.app.rules)?;
        let row = bind(&self.app, scope, new).await?;
        Ok(Response::new(wire::binding(row)))
    }

    async fn list_messages(
        &self,
        request: Request<mail::ListMessagesRequest>,
    ) -> Result<Response<mail::ListMessagesResponse>, Status> {
        let scope = scope(&request)?;
        let page = Page::parse(request.get_ref())?;
        let rows = list::messages(&self.app, scope, page).await?;
        let messages = rows.into_iter().map(wire::message).collect();
        Ok(Response::new(mail::ListMessagesResponse { messages }))
    }

    async fn list_parser_rules(
        &self,
        request: Request<mail::ListParserRulesRequest>,
    ) -> Result<Response<mail::ListParserRulesResponse>, Status> {
        let rows = rules::list(&self.app, scope(&request)?).await?;
        let rules = rows.into_iter().map(rules_wire::rule).collect();
        Ok(Response::new(mail::ListParserRulesResponse { rules }))
    }

    async fn save_parser_rule(
        &self,
        request: Request<mail::SaveParserRuleRequest>,
    ) -> Result<Response<mail::ParserRule>, Status> {
        let scope = scope(&request)?;
        let request = request.into_inner();
        let replaces = non_empty(&request.rule_id).map(rule_id).transpose()?;
        let new = NewRule::parse(request.fields)?;
        let row = save::save(&self.app, scope, new, replaces).await?;
        Ok(Response::new(rules_wire::rule(row)))
    }

    async fn remove_parser_rule(
        &self,
        request: Request<mail::RemoveParserRuleRequest>,
    ) -> Result<Response<mail::ParserRule>, Status> {
        let scope = scope(&request)?;
        let id = rule_id(&request.get_ref().rule_id)?;
        let row = save::remove(&self.app, scope, id).await?;
        Ok(Response::new(rules_wire::rule(row)))
    }

    async fn check_parser_rule(
        &self,
        request: Request<mail::CheckParserRuleRequest>,
    ) -> Result<Response<mail::CheckParserRuleResponse>, Status> {
        let scope = scope(&request)?;
        let request = request.into_inner();
        let new = NewRule::parse(request.fields)?;
        let run = check::check(&self.app, scope, new, request.days).await?;
        Ok(Response::new(rules_wire::dry_run(run)))
    }

    async fn list_dead(
        &self,
        request: Request<common::ListDeadRequest>,
    ) -> Result<Response<common::ListDeadResponse>, Status> {
        let found = answer_list(&self.app.bus, &IMAP_VERIFIER, request.into_inner()).await?;
        Ok(Response::new(found))
    }

    async fn replay_dead(
        &self,
        request: Request<common::ReplayDeadRequest>,
    ) -> Result<Response<common::ReplayDeadResponse>, Status> {
        let done = answer_replay(&self.app.bus, &IMAP_VERIFIER, request.into_inner()).await?;
        Ok(Response::new(done))
    }
}
