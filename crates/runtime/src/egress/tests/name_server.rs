//! A name server whose answers change, and a guard that asks it and nobody else.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use hickory_resolver::{
    TokioResolver,
    config::{
        ConnectionConfig, LookupIpStrategy, NameServerConfig, ResolveHosts, ResolverConfig,
        ResolverOpts,
    },
    net::runtime::TokioRuntimeProvider,
    proto::{
        op::{Message, MessageType},
        rr::{Name, RData, Record, RecordType, rdata::CNAME},
    },
};
use tokio::{net::UdpSocket, runtime::Handle};

use crate::{
    Shutdown,
    egress::{Egress, names::Names},
};

/// What the name has, in zone-file words: addresses, or `CNAME` and what that name has.
type Turn = &'static [&'static str];

pub(super) struct NameServer {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

/// The first turn is the next question's; the last one stays.
struct State {
    turns: Vec<Turn>,
    questions: usize,
}

impl NameServer {
    /// Each question for addresses has the next turn's answer.
    pub(super) async fn start(turns: &[Turn]) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State {
            turns: turns.to_vec(),
            questions: 0,
        }));
        let shared = state.clone();
        Shutdown::new().spawn_background(async move {
            let mut bytes = [0; 1500];
            while let Ok((length, from)) = socket.recv_from(&mut bytes).await {
                let answer = answer(&bytes[..length], &shared);
                let _ = socket.send_to(&answer, from).await;
            }
        });
        Self { address, state }
    }

    /// How often IPv4 addresses were asked for.
    pub(super) fn questions(&self) -> usize {
        self.state.lock().unwrap().questions
    }

    /// A guard that asks this server.
    pub(super) fn guard(&self, allow: &str) -> Egress {
        let mut connection = ConnectionConfig::udp();
        connection.port = self.address.port();
        let server = NameServerConfig::new(self.address.ip(), true, vec![connection]);
        let mut options = ResolverOpts::default();
        // The lame resolver that an attacker hopes for: it remembers nothing.
        options.cache_size = 0;
        options.use_hosts_file = ResolveHosts::Never;
        options.ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
        options.timeout = Duration::from_secs(5);
        let config = ResolverConfig::from_name_servers(vec![server]);
        let resolver = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
            .with_options(options)
            .build()
            .unwrap();
        let runtime = Handle::current();
        Egress {
            names: Names::by(move |name, port| {
                let found = runtime.block_on(resolver.lookup_ip(format!("{name}.")));
                let found = found.map_err(io::Error::other)?;
                Ok(found.iter().map(|ip| SocketAddr::new(ip, port)).collect())
            }),
            ..Egress::new(allow.parse().unwrap())
        }
    }
}

fn answer(question: &[u8], state: &Mutex<State>) -> Vec<u8> {
    let mut message = Message::from_vec(question).unwrap();
    let query = message.queries[0].clone();
    let turn = {
        let mut state = state.lock().unwrap();
        let turn = state.turns[0];
        if query.query_type() == RecordType::A {
            state.questions += 1;
            if state.turns.len() > 1 {
                state.turns.remove(0);
            }
        }
        turn
    };
    message.metadata.message_type = MessageType::Response;
    message.metadata.recursion_available = true;
    let mut owner = query.name().clone();
    for word in turn {
        let data = match word.strip_prefix("CNAME ") {
            Some(target) => RData::CNAME(CNAME(target.parse::<Name>().unwrap())),
            None => RData::from(word.parse::<std::net::IpAddr>().unwrap()),
        };
        let next = match &data {
            RData::CNAME(CNAME(target)) => Some(target.clone()),
            _ => None,
        };
        if next.is_some() || data.record_type() == query.query_type() {
            message.add_answer(Record::from_rdata(owner.clone(), 0, data));
        }
        owner = next.unwrap_or(owner);
    }
    message.to_vec().unwrap()
}
