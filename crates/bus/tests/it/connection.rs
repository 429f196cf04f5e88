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
        match health.readiness().degraded.pop() {
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
