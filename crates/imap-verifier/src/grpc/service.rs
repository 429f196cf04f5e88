use super::wire;
use crate::app::Shared;
use crate::commands::add_mailbox::{NewMailbox, add_mailbox};
use crate::commands::bind::{NewBinding, bind};
use crate::commands::list;
use crate::commands::set_state::set_state;
use crate::commands::test_mailbox::test_mailbox;
use bus::dead::{answer_list, answer_replay};
use bus::topology::IMAP_VERIFIER;
use db::Scope;
use domain::Mode;
use proto::convert::parse_id;
use proto::mail::mail_service_server::MailService;
use proto::{common, mail};
use runtime::internal::CallContext;
use tonic::{Request, Response, Status};

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
            .map(|(row, at)| wire::mailbox(row, at))
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
        let row = set_state(&self.app, scope, id, wire::wanted_state(request.state)?).await?;
        Ok(Response::new(wire::mailbox(row, None)))
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
        let rows = list::messages(&self.app, scope, request.get_ref().limit).await?;
        let messages = rows.into_iter().map(wire::message).collect();
        Ok(Response::new(mail::ListMessagesResponse { messages }))
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
