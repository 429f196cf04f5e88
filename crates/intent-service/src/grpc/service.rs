//! Every method of the contract, in the contract's order.

use super::{parse, parse_account, parse_decision};
use crate::commands::cancel_intent::cancel_intent;
use crate::commands::claim_reference::claim_reference;
use crate::commands::create_account::create_account;
use crate::commands::create_intent::create_intent;
use crate::commands::decide::decide;
use crate::commands::declare_payer::declare_payer;
use crate::commands::grant_account::grant_account;
use crate::commands::restore_dedication::restore_dedication;
use crate::commands::start_channel_test::start_channel_test;
use crate::commands::start_proof::start_proof;
use crate::core::Core;
use crate::queries::accounts::{get_proof, list_accounts};
use crate::queries::channels::get_channels;
use crate::queries::checkout::get_checkout;
use crate::queries::explain::explain_intent;
use crate::queries::intents::{get_intent, list_intents};
use crate::queries::told::find_by_observations;
use crate::queries::unmatched::list_waiting;
use crate::reply;
use bus::Bus;
use bus::dead::{answer_list, answer_replay};
use bus::topology::INTENT_SERVICE;
use proto::common;
use proto::convert::parse_id;
use proto::intent as pb;
use proto::intent::intent_service_server::IntentService;
use tonic::{Request, Response, Status};

type Answer<T> = Result<Response<T>, Status>;

/// The contract, served.
#[derive(Clone)]
pub(crate) struct Grpc {
    core: Core,
    bus: Bus,
}

impl Grpc {
    pub(crate) const fn new(core: Core, bus: Bus) -> Self {
        Self { core, bus }
    }
}

#[tonic::async_trait]
impl IntentService for Grpc {
    async fn create_account(
        &self,
        request: Request<pb::CreateAccountRequest>,
    ) -> Answer<pb::Account> {
        let scope = parse::scope(&request)?;
        let asked = parse_account::create_account(request.get_ref())?;
        let row = create_account(&self.core, scope, &asked).await?;
        Ok(Response::new(reply::account(&row, scope.merchant)?))
    }

    async fn list_accounts(
        &self,
        request: Request<pb::ListAccountsRequest>,
    ) -> Answer<pb::ListAccountsResponse> {
        let scope = parse::scope(&request)?;
        let rows = list_accounts(&self.core, scope).await?;
        let accounts = rows.iter().map(|row| reply::account(row, scope.merchant));
        Ok(Response::new(pb::ListAccountsResponse {
            accounts: accounts.collect::<Result<_, _>>()?,
        }))
    }

    async fn grant_account(
        &self,
        request: Request<pb::GrantAccountRequest>,
    ) -> Answer<pb::GrantAccountResponse> {
        let scope = parse::scope(&request)?;
        let asked = request.get_ref();
        let account = parse_id(&asked.account_id, "account_id")?;
        let merchant = parse_id(&asked.merchant_id, "merchant_id")?;
        grant_account(&self.core, scope, account, merchant).await?;
        Ok(Response::new(pb::GrantAccountResponse {}))
    }

    async fn restore_dedication(
        &self,
        request: Request<pb::RestoreDedicationRequest>,
    ) -> Answer<pb::Account> {
        let scope = parse::scope(&request)?;
        let asked = parse_account::restore_dedication(&request)?;
        let row = restore_dedication(&self.core, scope, &asked).await?;
        Ok(Response::new(reply::account(&row, scope.merchant)?))
    }

    async fn start_proof(&self, request: Request<pb::StartProofRequest>) -> Answer<pb::Proof> {
        let scope = parse::scope(&request)?;
        let account = parse_id(&request.get_ref().account_id, "account_id")?;
        let started = start_proof(&self.core, scope, account).await?;
        Ok(Response::new(reply::proof(
            &started.proof,
            &started.account,
        )?))
    }

    async fn get_proof(&self, request: Request<pb::GetProofRequest>) -> Answer<pb::Proof> {
        let scope = parse::scope(&request)?;
        let id = parse_id(&request.get_ref().proof_id, "proof_id")?;
        let (proof, account) = get_proof(&self.core, scope, id).await?;
        Ok(Response::new(reply::proof(&proof, &account)?))
    }

    async fn start_channel_test(
        &self,
        request: Request<pb::StartChannelTestRequest>,
    ) -> Answer<pb::ChannelTest> {
        let scope = parse::scope(&request)?;
        let id = parse_id(&request.get_ref().account_id, "account_id")?;
        let (test, account) = start_channel_test(&self.core, scope, id).await?;
        Ok(Response::new(reply::channel_test(&test, &account)?))
    }

    async fn get_channels(&self, request: Request<pb::GetChannelsRequest>) -> Answer<pb::Channels> {
        let scope = parse::scope(&request)?;
        let id = parse_id(&request.get_ref().account_id, "account_id")?;
        let (account, tests) = get_channels(&self.core, scope, id).await?;
        Ok(Response::new(reply::channels(&account, &tests)?))
    }

    async fn create_intent(
        &self,
        request: Request<pb::CreateIntentRequest>,
    ) -> Answer<pb::CreateIntentResponse> {
        let scope = parse::scope(&request)?;
        let asked = parse::create_intent(request.get_ref(), self.core.intent_ttl)?;
        let reply = create_intent(&self.core, scope, &asked).await?;
        Ok(Response::new(reply))
    }

    async fn get_intent(&self, request: Request<pb::GetIntentRequest>) -> Answer<pb::Intent> {
        let scope = parse::scope(&request)?;
        let key = parse::get_key(request.get_ref())?;
        let view = get_intent(&self.core, scope, &key).await?;
        Ok(Response::new(reply::intent(&view)?))
    }

    async fn list_intents(
        &self,
        request: Request<pb::ListIntentsRequest>,
    ) -> Answer<pb::ListIntentsResponse> {
        let scope = parse::scope(&request)?;
        let asked = parse::list_intents(request.get_ref())?;
        let views = list_intents(&self.core, scope, &asked).await?;
        let intents = views.iter().map(reply::intent);
        Ok(Response::new(pb::ListIntentsResponse {
            intents: intents.collect::<Result<_, _>>()?,
        }))
    }

    async fn cancel_intent(&self, request: Request<pb::CancelIntentRequest>) -> Answer<pb::Intent> {
        let scope = parse::scope(&request)?;
        let asked = parse::cancel_intent(&request)?;
        let view = cancel_intent(&self.core, scope, &asked).await?;
        Ok(Response::new(reply::intent(&view)?))
    }

    async fn explain_intent(
        &self,
        request: Request<pb::ExplainIntentRequest>,
    ) -> Answer<pb::Explanation> {
        let scope = parse::scope(&request)?;
        let key = parse::explain_key(request.get_ref())?;
        let explained = explain_intent(&self.core, scope, &key).await?;
        Ok(Response::new(reply::explanation(&explained)?))
    }

    async fn decide_intent(
        &self,
        request: Request<pb::DecideIntentRequest>,
    ) -> Answer<pb::Decided> {
        let scope = parse::scope(&request)?;
        let (asked, word) = parse_decision::decide_intent(&request)?;
        let decided = decide(&self.core, scope, &asked, &word).await?;
        Ok(Response::new(decided))
    }

    async fn decide_observation(
        &self,
        request: Request<pb::DecideObservationRequest>,
    ) -> Answer<pb::Decided> {
        let scope = parse::scope(&request)?;
        let (asked, word) = parse_decision::decide_observation(&request)?;
        let decided = decide(&self.core, scope, &asked, &word).await?;
        Ok(Response::new(decided))
    }

    async fn list_unmatched(
        &self,
        request: Request<pb::ListUnmatchedRequest>,
    ) -> Answer<pb::ListUnmatchedResponse> {
        let scope = parse::scope(&request)?;
        let asked = request.get_ref();
        let limit = parse::limit(asked.limit)?;
        let state = parse_decision::state(&asked.state)?;
        let found = list_waiting(&self.core, scope, state, limit).await?;
        let evidence = found.iter().map(reply::waiting);
        Ok(Response::new(pb::ListUnmatchedResponse {
            evidence: evidence.collect::<Result<_, _>>()?,
        }))
    }

    async fn find_by_observations(
        &self,
        request: Request<pb::FindByObservationsRequest>,
    ) -> Answer<pb::FindByObservationsResponse> {
        let scope = parse::scope(&request)?;
        let ids = parse::observations(request.get_ref())?;
        let told = find_by_observations(&self.core, scope, &ids).await?;
        let found = told.into_iter().map(reply::told).collect();
        Ok(Response::new(pb::FindByObservationsResponse { found }))
    }

    async fn get_checkout(&self, request: Request<pb::GetCheckoutRequest>) -> Answer<pb::Checkout> {
        let id = parse_id(&request.get_ref().intent_id, "intent_id")?;
        let view = get_checkout(&self.core, id).await?;
        Ok(Response::new(reply::checkout(&view)?))
    }

    async fn claim_reference(
        &self,
        request: Request<pb::ClaimReferenceRequest>,
    ) -> Answer<pb::HintTaken> {
        let asked = parse::claim_reference(request.get_ref())?;
        claim_reference(&self.core, &asked).await?;
        Ok(Response::new(pb::HintTaken {}))
    }

    async fn declare_payer(
        &self,
        request: Request<pb::DeclarePayerRequest>,
    ) -> Answer<pb::HintTaken> {
        let asked = parse::declare_payer(request.get_ref())?;
        declare_payer(&self.core, &asked).await?;
        Ok(Response::new(pb::HintTaken {}))
    }

    async fn list_dead(
        &self,
        request: Request<common::ListDeadRequest>,
    ) -> Answer<common::ListDeadResponse> {
        let found = answer_list(&self.bus, &INTENT_SERVICE, request.into_inner()).await?;
        Ok(Response::new(found))
    }

    async fn replay_dead(
        &self,
        request: Request<common::ReplayDeadRequest>,
    ) -> Answer<common::ReplayDeadResponse> {
        let done = answer_replay(&self.bus, &INTENT_SERVICE, request.into_inner()).await?;
        Ok(Response::new(done))
    }
}
