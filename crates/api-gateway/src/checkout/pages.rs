//! The pages that are open at this replica, and how they hear of changes.
//!
//! Pushes may be lost: a page gets the present state when it connects, when the pushes had a gap, every few seconds while the
//! broker is away, and every half minute.

use super::look::{Live, look_at};
use crate::limiter::Neighbourhood;
use crate::peers::Peers;
use bus::Tapped;
use domain::event::Event;
use domain::ids::IntentId;
use futures_util::StreamExt as _;
use runtime::health::HealthFlag;
use runtime::internal::CallContext;
use std::collections::HashMap;
use std::convert::Infallible;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

/// Streams on one intent: a payer, a family, a shop's screen.
const PER_INTENT: usize = 10;
/// Streams of one address: an office behind one router.
const PER_ADDRESS: usize = 20;
/// Intents asked for at once after a gap.
const RESYNC_AT_ONCE: usize = 16;
/// How often open pages are looked after while nothing is pushed.
const UNPUSHED: Duration = Duration::from_secs(3);

/// Every open stream. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Pages(Arc<Mutex<Open>>);

#[derive(Default)]
struct Open {
    intents: HashMap<IntentId, watch::Sender<Option<Live>>>,
    streams: HashMap<IntentId, usize>,
    addresses: HashMap<Neighbourhood, usize>,
}

/// One open stream. Closed when dropped.
pub(crate) struct OpenPage {
    pages: Pages,
    intent: IntentId,
    address: Neighbourhood,
    /// The newest state that was pushed; `None` before the first.
    pub changes: watch::Receiver<Option<Live>>,
}

/// The intent or the address has as many streams as it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooMany;

impl Pages {
    /// Opens a stream, which from now on misses nothing that is pushed.
    pub(crate) fn open(
        &self,
        intent: IntentId,
        address: Neighbourhood,
    ) -> Result<OpenPage, TooMany> {
        let mut open = self.lock();
        let full = |count: Option<&usize>, most| count.is_some_and(|n| *n >= most);
        if full(open.streams.get(&intent), PER_INTENT)
            || full(open.addresses.get(&address), PER_ADDRESS)
        {
            return Err(TooMany);
        }
        *open.streams.entry(intent).or_default() += 1;
        *open.addresses.entry(address).or_default() += 1;
        let sender = open.intents.entry(intent);
        let changes = sender
            .or_insert_with(|| watch::Sender::new(None))
            .subscribe();
        gauge(&open);
        drop(open);
        Ok(OpenPage {
            pages: self.clone(),
            intent,
            address,
            changes,
        })
    }

    /// Tells the open pages of an intent what it is now, unless they know something newer.
    pub(crate) fn push(&self, intent: IntentId, live: Live) -> bool {
        let open = self.lock();
        let Some(sender) = open.intents.get(&intent) else {
            return false;
        };
        sender.send_if_modified(|known| {
            let newer = known.as_ref().is_none_or(|k| k.sequence < live.sequence);
            if newer {
                *known = Some(live);
            }
            newer
        })
    }

    fn intents(&self) -> Vec<IntentId> {
        self.lock().intents.keys().copied().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        // Counts and senders change together before the lock is given back.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for OpenPage {
    fn drop(&mut self) {
        let mut open = self.pages.lock();
        if one_less(&mut open.streams, &self.intent) {
            open.intents.remove(&self.intent);
        }
        one_less(&mut open.addresses, &self.address);
        gauge(&open);
    }
}

/// Counts down; says whether nothing is left.
fn one_less<K: Eq + Hash>(counts: &mut HashMap<K, usize>, key: &K) -> bool {
    match counts.get_mut(key) {
        Some(count) if *count > 1 => {
            *count -= 1;
            false
        }
        _ => {
            counts.remove(key);
            true
        }
    }
}

fn gauge(open: &Open) {
    let streams: usize = open.streams.values().sum();
    let streams = u32::try_from(streams).unwrap_or(u32::MAX);
    metrics::gauge!("noxpay_gateway_open_pages").set(streams);
}

/// Passes on what happens, until `stop`. After a gap, and while the `broker` is away, every open page is told its present
/// state.
pub(crate) async fn follow(
    pages: Pages,
    peers: Peers,
    broker: HealthFlag,
    mut tapped: broadcast::Receiver<Tapped>,
    stop: CancellationToken,
) -> Result<(), Infallible> {
    let mut unpushed = tokio::time::interval(UNPUSHED);
    unpushed.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let next = tokio::select! {
            () = stop.cancelled() => break,
            next = tapped.recv() => next,
            _ = unpushed.tick() => {
                if broker.is_up() {
                    continue;
                }
                Ok(Tapped::Reconnected)
            }
        };
        match next {
            Ok(Tapped::Event(envelope, trace)) => {
                if let Event::Intent(_, snapshot) = &envelope.event {
                    let span = tracing::info_span!("page push", trace_id = tracing::field::Empty);
                    trace.set_parent_of(&span);
                    let live = Live::from(&**snapshot);
                    span.in_scope(|| pages.push(snapshot.intent_id, live));
                }
            }
            Ok(Tapped::Reconnected) | Err(RecvError::Lagged(_)) => {
                tokio::select! {
                    () = stop.cancelled() => break,
                    () = resync(pages.clone(), peers.clone()) => {}
                }
            }
            // The tap ends with the process.
            Err(RecvError::Closed) => break,
        }
    }
    Ok(())
}

async fn resync(pages: Pages, peers: Peers) {
    let open = pages.intents().into_iter();
    let asked = open.map(|intent| refresh(pages.clone(), peers.clone(), intent));
    let mut asked = futures_util::stream::iter(asked).buffer_unordered(RESYNC_AT_ONCE);
    while asked.next().await.is_some() {}
}

async fn refresh(pages: Pages, peers: Peers, intent: IntentId) {
    let context = CallContext::system("page resync");
    // What cannot be had now comes with the page's own refresh.
    if let Ok(look) = look_at(&peers, &context, intent).await {
        pages.push(intent, look.live);
    }
}
