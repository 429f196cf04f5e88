use crate::noxpay;
use testkit::TestDb;

#[tokio::test]
async fn migrating_twice_does_nothing_the_second_time() {
    let db = TestDb::empty().await;
    let url = db.admin_url();
    let settings = [
        ("NOXPAY_MIGRATE_URL", url.as_str()),
        ("NOXPAY_ENV", "development"),
    ];
    let first = noxpay(&["migrate"], &settings);
    assert_eq!(first.code, 0, "{first:?}");
    assert!(first.out.ends_with("migrations applied\n"), "{first:?}");
    let begun = first.err.lines().filter(|l| l.starts_with("migrating: "));
    assert!(begun.count() >= 5, "{first:?}");

    let again = noxpay(&["migrate"], &settings);
    assert_eq!((again.code, again.err.as_str()), (0, ""));
    assert_eq!(again.out, "nothing to do: the database is up to date\n");
}

#[tokio::test]
async fn an_unset_environment_migrates_a_production_installation() {
    let db = TestDb::new().await;
    let url = db.admin_url();
    let ended = noxpay(&["--json", "migrate"], &[("NOXPAY_MIGRATE_URL", &url)]);
    assert_eq!(
        ended.out,
        "{\"applied\":[],\"role_passwords\":0,\"production\":true}\n"
    );
}

#[test]
fn a_database_that_is_away_is_told_without_its_password() {
    let url = "postgres://postgres:s3cret@127.0.0.1:1/noxpay";
    let ended = noxpay(&["migrate"], &[("NOXPAY_MIGRATE_URL", url)]);
    assert_eq!(ended.code, 1);
    assert!(
        ended
            .err
            .starts_with("noxpay: the database was not migrated: cannot connect")
    );
    assert!(!ended.err.contains("s3cret"));
}
