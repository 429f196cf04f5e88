use bus::{BrokerUrl, Bus, Settings};
use domain::event::Producer;
use runtime::{Health, Shutdown};
use testkit::{ChaosProxy, TestBroker, wait};

use crate::support::stop;

#[tokio::test]
async fn a_process_starts_without_its_broker_and_says_so() {
    let (broker, shutdown) = (TestBroker::new().await, Shutdown::new());
    let proxy = ChaosProxy::start(TestBroker::server()).await;
    proxy.stop();
    let service = Producer::IntentService;
    let url = broker.url_via(service, proxy.address());
    let settings = Settings {
        url: BrokerUrl::parse(&url, service).unwrap(),
        prefetch: 64,
    };
    let health = Health::new();
    let flag = health.degrading("rabbitmq");
    let bus = Bus::start(settings, service, flag.clone(), &shutdown);
    wait::until(wait::PATIENCE, async || {
        match health.readiness().reasons.remove("rabbitmq") {
            Some(reason) if !reason.contains("not yet up") => Ok(()),
            other => Err(other),
        }
    })
    .await;
    assert!(!bus.is_connected());
    let degraded = format!("{:?}", health.readiness());
    assert!(!degraded.contains("noxpay-test-broker"), "{degraded}");

    proxy.heal();
    until(&flag, true).await;
    proxy.stop();
    until(&flag, false).await;
    proxy.heal();
    until(&flag, true).await;
    stop(&shutdown).await;
}

async fn until(flag: &runtime::health::HealthFlag, up: bool) {
    wait::until(wait::PATIENCE, async || {
        if flag.is_up() == up { Ok(()) } else { Err(!up) }
    })
    .await;
}

#[tokio::test]
async fn lost_connections_leave_no_threads_behind() {
    let (broker, shutdown) = (TestBroker::new().await, Shutdown::new());
    let proxy = ChaosProxy::start(TestBroker::server()).await;
    let address = proxy.address();
    let bus = broker
        .bus_via(Producer::IntentService, address, &shutdown)
        .await;
    for _ in 0..10 {
        proxy.cut();
        wait::until(wait::PATIENCE, async || {
            if bus.is_connected() { Err(()) } else { Ok(()) }
        })
        .await;
        wait::until(wait::PATIENCE, async || {
            if bus.is_connected() { Ok(()) } else { Err(()) }
        })
        .await;
    }
    wait::until(wait::PATIENCE, async || match io_threads() {
        0..=2 => Ok(()),
        more => Err(more),
    })
    .await;
    stop(&shutdown).await;
}

/// The client library's threads in this process.
fn io_threads() -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let name = |task: std::fs::DirEntry| std::fs::read_to_string(task.path().join("comm"));
    tasks
        .filter_map(|task| name(task.unwrap()).ok())
        .filter(|name| name.starts_with("lapin"))
        .count()
}
