//! `noxpay listen`

mod feed;
mod local;

use crate::context::Context;
use crate::failure::Failure;
use crate::gateway::Unanswered;
use crate::scope::ScopeArgs;
use crate::signature;
use crate::terminal::Terminal;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use clap::Args;
use domain::Clock;
use feed::{Event, Feed};
use local::Local;
use runtime::backoff::{Backoff, Jitter};
use runtime::secrets::random_bytes;
use serde::Serialize;
use std::time::Duration;
use tokio::time::sleep;

/// Stream a merchant's events to a server on your machine, signed as webhooks are
///
/// No endpoint is added, and nothing has to reach your machine: events are asked for, each is verified, and its exact bytes are
/// posted with the headers that an endpoint of this session's secret would receive. The secret is printed at the beginning. Works
/// with the admin key, or with a merchant's own credentials in the environment. Ctrl-C ends it.
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct Listen {
    #[command(flatten)]
    scope: ScopeArgs,
    /// Where your server takes webhooks
    #[arg(long, value_name = "URL")]
    forward_to: Local,
    /// Only these event types, separated by commas; all of them, unless said
    #[arg(long, value_name = "TYPES", value_delimiter = ',')]
    events: Vec<String>,
    /// Begin behind the event of this number; with the next one that happens, unless said. 0 is the first there is
    #[arg(long, value_name = "SEQ", value_parser = clap::value_parser!(i64).range(0..))]
    after: Option<i64>,
}

const HELP: &str = "\
A merchant's own credentials are NOXPAY_CLIENT_ID and NOXPAY_CLIENT_SECRET.

Examples:
  noxpay listen --forward-to http://localhost:3000/webhooks/noxpay
  noxpay listen --forward-to localhost:3000/hook --events payment.success,payment.expired --after 0";

/// What a script is told of each event.
#[derive(Serialize)]
struct Told<'a> {
    seq: i64,
    id: &'a str,
    event_type: &'a str,
    object_id: &'a str,
    status: Option<u16>,
    ms: u128,
    error: Option<String>,
}

impl Listen {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let (gateway, query) = match context.gateway_as_merchant()? {
            // His credentials say whose events they are.
            Some(gateway) => (gateway, Vec::new()),
            None => {
                let gateway = context.gateway()?;
                let scope = self.scope.find(context, &gateway).await?;
                (gateway, scope.query())
            }
        };
        let key = random_bytes::<32>().map_err(Failure::failed)?;
        let secret = format!("whsec_{}", STANDARD.encode(key));
        terminal.line(format!("secret  {secret}"));
        terminal.line("Verify with it; it is this session's alone. Ctrl-C ends it.");
        let mut session = Session {
            feed: Feed::new(gateway, query, &self.events, secret, self.after),
            local: self.forward_to,
            clock: Clock::new(),
            backoff: Backoff::new(
                Duration::from_secs(1),
                Duration::from_secs(30),
                Jitter::Percent(20),
            ),
        };
        let ended = tokio::select! {
            failed = session.work(terminal) => failed,
            _ = tokio::signal::ctrl_c() => Ok(()),
        };
        if let (Ok(()), Some(seq)) = (&ended, session.feed.after()) {
            terminal.progress(format!("ended; --after {seq} goes on from here"));
        }
        ended
    }
}

struct Session {
    feed: Feed,
    local: Local,
    clock: Clock,
    backoff: Backoff,
}

impl Session {
    /// Until the gateway refuses.
    async fn work(&mut self, terminal: &mut Terminal) -> Result<(), Failure> {
        loop {
            let events = match self.feed.next().await {
                Ok(events) => events,
                Err(Unanswered::Refused(failure)) => return Err(failure),
                Err(Unanswered::Away(failure)) => {
                    let pause = self.backoff.next();
                    let seconds = pause.as_secs_f32();
                    terminal.progress(format!("{failure}; again in {seconds:.0} s"));
                    sleep(pause).await;
                    continue;
                }
            };
            if self.backoff.attempts() > 0 {
                terminal.progress("the gateway is there again");
                self.backoff.reset();
            }
            for event in events {
                self.hand_on(&event, terminal).await?;
                self.feed.known(event.seq);
            }
            self.feed.page_done();
        }
    }

    async fn hand_on(&self, event: &Event, terminal: &mut Terminal) -> Result<(), Failure> {
        let body = event.body.get();
        let verified = signature::verify(
            &event.signed(),
            body.as_bytes(),
            self.feed.secret(),
            self.clock.now(),
        );
        let (answer, ms) = match verified {
            Ok(()) => self.local.post(&event.headers, body).await,
            // Not handed on: a receiver that checks nothing would believe it.
            Err(bad) => (Err(format!("not handed on: {bad}")), 0),
        };
        let words = match &answer {
            Ok(status) => format!("{status} in {ms} ms"),
            Err(why) => why.clone(),
        };
        let at = event
            .occurred_at
            .map(|at| at.to_string())
            .unwrap_or_default();
        terminal.line(format!(
            "{at}  {}  {}  {words}",
            event.event_type, event.object_id
        ));
        terminal.result(&Told {
            seq: event.seq,
            id: &event.id,
            event_type: &event.event_type,
            object_id: &event.object_id,
            status: answer.as_ref().ok().copied(),
            ms,
            error: answer.err(),
        })
    }
}
