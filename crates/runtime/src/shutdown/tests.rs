use std::{
    convert::Infallible,
    sync::atomic::AtomicUsize,
    time::{Duration, Instant},
};

use super::*;

const LONG: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_soft_stop_lets_work_under_way_finish() {
    let shutdown = Shutdown::new();
    let done = Arc::new(AtomicUsize::new(0));
    let (soft, count) = (shutdown.soft.clone(), done.clone());
    shutdown.spawn("consumer", async move {
        soft.cancelled().await;
        tokio::time::sleep(Duration::from_millis(30)).await;
        count.fetch_add(1, Ordering::SeqCst);
        Ok::<_, Infallible>(())
    });
    shutdown.begin();
    assert_eq!(shutdown.finished(LONG).await, Ending::Drained);
    assert_eq!(done.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn what_carries_off_ends_after_what_leaves_behind() {
    let shutdown = Shutdown::new();
    let left = Arc::new(AtomicUsize::new(0));
    let (soft, leaves) = (shutdown.soft.clone(), left.clone());
    shutdown.spawn("reader", async move {
        soft.cancelled().await;
        tokio::time::sleep(Duration::from_millis(30)).await;
        leaves.fetch_add(1, Ordering::SeqCst);
        Ok::<_, Infallible>(())
    });
    let (drained, carries) = (shutdown.drained.clone(), left.clone());
    shutdown.spawn_last("relay", async move {
        drained.cancelled().await;
        carries.fetch_sub(1, Ordering::SeqCst);
        Ok::<_, Infallible>(())
    });
    shutdown.begin();
    assert_eq!(shutdown.finished(LONG).await, Ending::Drained);
    assert_eq!(left.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn the_hard_token_fires_when_the_grace_is_over() {
    let shutdown = Shutdown::new();
    let saved = Arc::new(AtomicUsize::new(0));
    let (hard, count) = (shutdown.hard.clone(), saved.clone());
    shutdown.spawn("stubborn", async move {
        hard.cancelled().await;
        count.fetch_add(1, Ordering::SeqCst);
        Ok::<_, Infallible>(())
    });
    shutdown.begin();
    let grace = Duration::from_millis(50);
    let begun = Instant::now();
    assert_eq!(shutdown.finished(grace).await, Ending::Forced);
    assert!(begun.elapsed() >= grace);
    assert_eq!(saved.load(Ordering::SeqCst), 1, "it had its last chance");
}

#[tokio::test]
async fn a_task_that_heeds_nothing_is_dropped() {
    let shutdown = Shutdown::new();
    shutdown.spawn("deaf", std::future::pending::<Result<(), Infallible>>());
    shutdown.begin();
    assert_eq!(shutdown.finished(Duration::ZERO).await, Ending::Forced);
    assert!(shutdown.tracker.is_empty());
}

#[tokio::test]
async fn a_panic_in_a_critical_task_stops_the_process() {
    let shutdown = Shutdown::new();
    shutdown.spawn("relay", async {
        if true {
            panic!("boom");
        }
        Ok::<_, Infallible>(())
    });
    assert_eq!(shutdown.finished(LONG).await, Ending::Failed);
}

#[tokio::test]
async fn a_critical_task_that_ends_or_errs_stops_the_process() {
    let ends = Shutdown::new();
    ends.spawn("server", async { Ok::<_, Infallible>(()) });
    assert_eq!(ends.finished(LONG).await, Ending::Failed);
    let errs = Shutdown::new();
    errs.spawn("server", async { Err(io::Error::other("port taken")) });
    assert_eq!(errs.finished(LONG).await, Ending::Failed);
}

#[tokio::test]
async fn a_panic_in_a_job_is_contained() {
    let shutdown = Shutdown::new();
    shutdown.spawn_job("delivery", async { panic!("boom") });
    let thread = shutdown.spawn_thread("idle".to_owned(), || panic!("boom"));
    assert!(thread.unwrap().await.is_err());
    let thread = shutdown.spawn_thread("idle".to_owned(), || 7);
    assert_eq!(thread.unwrap().await, Ok(7));
    assert!(!shutdown.soft.is_cancelled());
    shutdown.begin();
    assert_eq!(shutdown.finished(LONG).await, Ending::Drained);
}

#[tokio::test]
async fn a_second_signal_stops_at_once() {
    let shutdown = Shutdown::new();
    shutdown.listen_for_signals().unwrap();
    let (hard, signal) = (shutdown.hard.clone(), shutdown.soft.clone());
    shutdown.spawn("stubborn", async move {
        hard.cancelled().await;
        Ok::<_, Infallible>(())
    });
    let me = std::process::id().to_string();
    let send = || {
        std::process::Command::new("kill")
            .args(["-TERM", &me])
            .status()
    };
    send().unwrap();
    signal.cancelled().await;
    send().unwrap();
    assert_eq!(shutdown.finished(LONG).await, Ending::Forced);
}
