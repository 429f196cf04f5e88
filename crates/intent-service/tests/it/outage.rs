//! PostgreSQL goes away and comes back.

use crate::process::Process;
use domain::ErrorCode;
use proto::intent as pb;
use runtime::shutdown::Ending;
use testkit::{ChaosProxy, TestDb, env, wait};
use uuid::Uuid;

const MERCHANT: Uuid = Uuid::from_u128(1);

#[tokio::test]
async fn without_postgres_calls_are_told_to_come_back_and_no_evidence_is_lost() {
    let db = TestDb::new().await;
    let server = format!("{}:{}", env::pg_host(), env::pg_port());
    let proxy = ChaosProxy::start(server).await;
    let process = Process::start_via(proxy.address(), db).await;
    let account = process.proved_account(MERCHANT).await;
    let intent = process.create(MERCHANT, "ORDER_1").await.unwrap();
    proxy.stop();
    let fault = process.create(MERCHANT, "ORDER_2").await.unwrap_err();
    assert_eq!(fault.code, ErrorCode::Unavailable);
    assert!(fault.retry_after.is_some());
    process
        .pay(MERCHANT, account, 49_900, &intent.options[0].code)
        .await;
    wait::until(wait::PATIENCE, async || {
        let ready = ready(process.running.admin).await;
        if ready.contains(r#""postgres":"does not answer""#) {
            Ok(())
        } else {
            Err(ready)
        }
    })
    .await;
    proxy.heal();
    process
        .wait_for(MERCHANT, "ORDER_1", pb::IntentStatus::Settled)
        .await;
    assert!(process.create(MERCHANT, "ORDER_2").await.is_ok());
    assert_eq!(process.published(3).await.len(), 3);
    assert_eq!(process.broker.leftovers().await, []);
    assert_eq!(process.stop().await, Ending::Drained);
}

/// The readiness probe's answer.
async fn ready(admin: std::net::SocketAddr) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(admin).await.unwrap();
    let request = b"GET /readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}
