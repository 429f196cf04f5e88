use crate::gateway::{KEY, ask};
use crate::noxpay;
use serde_json::{Value, json};
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

const MERCHANT: &str = "01930000-0000-7000-8000-000000000001";
const MAILBOX: &str = "01930000-0000-7000-8000-000000000002";

/// A gateway that answers a `POST` under `/api/v1/admin/mailboxes`.
async fn gateway(below: &str, answer: Value) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path(format!("/api/v1/admin/mailboxes{below}")))
        .and(header("x-master-key", KEY))
        .respond_with(ResponseTemplate::new(200).set_body_json(answer))
        .mount(&server)
        .await;
    server
}

fn added() -> Value {
    json!({ "id": MAILBOX, "host": "imap.gmail.com", "port": 993, "username": "a@shop.example", "folder": null,
            "login": "oauth2", "state": "active", "last_error": null, "watermark": null,
            "kind": "imap", "name": null, "blind": false, "trusts_results": false })
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_come_from_files_and_reach_the_gateway_alone() {
    let server = gateway("", added()).await;
    let file = |name: &str, text: &str| {
        let file = format!("{}/{name}", env!("CARGO_TARGET_TMPDIR"));
        std::fs::write(&file, text).unwrap();
        file
    };
    let (secret, token) = (
        file("secret.txt", "the secret\n"),
        file("token.txt", "1//refresh\n"),
    );
    let ended = ask(
        &server,
        &[
            "mailbox",
            "add",
            "--merchant",
            MERCHANT,
            "--mode",
            "live",
            "--oauth2",
            "google",
            "--client-id",
            "123.apps",
            "--client-secret-file",
            &secret,
            "--refresh-token-file",
            &token,
            "--username",
            "a@shop.example",
        ],
    );
    assert_eq!(ended.code, 0, "{}", ended.err);
    assert!(!ended.out.contains("refresh") && !ended.out.contains("secret"));
    let asked = server.received_requests().await.unwrap();
    let body: Value = asked[0].body_json().unwrap();
    let expected = json!({
        "port": 993, "username": "a@shop.example", "oauth2": "google", "client_id": "123.apps",
        "client_secret": "the secret", "refresh_token": "1//refresh",
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&body[name], value, "{name}");
    }
    assert!(body.get("password").is_none() && body.get("host").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_try_shows_the_folders_and_what_to_do() {
    let answer = json!({
        "ok": false, "failed_step": "idle", "message": "the server cannot say when mail arrives",
        "advice": "it is asked every five seconds", "folder": "Everything", "folder_because": "all_mail", "mails": 7,
        "folders": [{"name": "INBOX", "special_use": null}, {"name": "Everything", "special_use": "all"}],
    });
    let server = gateway(&format!("/{MAILBOX}/test"), answer).await;
    let ended = ask(
        &server,
        &[
            "mailbox",
            "test",
            MAILBOX,
            "--merchant",
            MERCHANT,
            "--mode",
            "live",
        ],
    );
    assert_eq!(ended.code, 1);
    for said in [
        "Everything  all  yes",
        "Everything is read: the server keeps all mails in it",
    ] {
        assert!(ended.out.contains(said), "{}", ended.out);
    }
    assert!(
        ended.err.contains("`idle`") && ended.err.contains("every five seconds"),
        "{}",
        ended.err
    );
}

#[test]
fn a_mailbox_has_one_way_to_log_in() {
    let add = ["mailbox", "add", "--username", "a"];
    for wrong in [
        &[][..],
        &["--oauth2", "google"],
        &["--host", "imap.test", "--client-id", "x"],
        &["--host", "imap.test", "--refresh-token-file", "x"],
        &["--oauth2", "yahoo", "--client-id", "x"],
        &["--http", "x"],
    ] {
        let arguments = [&add[..], wrong].concat();
        assert_eq!(noxpay(&arguments, &[]).code, 2, "{wrong:?}");
    }
    for beside in [
        &["--host", "imap.test"][..],
        &["--folder", "INBOX"],
        &["--oauth2", "google", "--client-id", "x"],
    ] {
        let arguments = [&["mailbox", "add", "--http", "x"], beside].concat();
        let ended = noxpay(&arguments, &[]);
        assert_eq!(ended.code, 2, "{beside:?}");
        assert!(ended.err.contains("cannot be used with"), "{}", ended.err);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_refresh_token_comes_from_a_file() {
    let server = gateway(&format!("/{MAILBOX}/login"), added()).await;
    let file = format!("{}/renewed.txt", env!("CARGO_TARGET_TMPDIR"));
    std::fs::write(&file, "1//renewed\n").unwrap();
    let of_the_shop = ["--merchant", MERCHANT, "--mode", "live"];
    let renew = [
        "mailbox",
        "set-password",
        MAILBOX,
        "--refresh-token-file",
        &file,
    ];
    let ended = ask(&server, &[&renew[..], &of_the_shop].concat());
    assert_eq!(ended.code, 0, "{}", ended.err);
    assert!(!ended.out.contains("renewed"), "{}", ended.out);
    let asked = server.received_requests().await.unwrap();
    let body: Value = asked[0].body_json().unwrap();
    assert_eq!(body, json!({ "refresh_token": "1//renewed" }));
}
