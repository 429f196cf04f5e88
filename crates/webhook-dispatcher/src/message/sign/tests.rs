use super::*;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NEWER: &str = "whsec_ZGVtby1zZWNyZXQtZGVtby1zZWNyZXQtZGVtby0wMQ==";

fn signer(profile: Profile, secret: &str) -> Signer {
    Signer {
        profile,
        secret: EndpointSecret::parse(secret).unwrap(),
        previous: None,
        single: None,
        key_pair: profile.has_key_pair().then(|| KeyPair::random().unwrap()),
    }
}

fn headers(signer: &Signer, second: i64) -> Vec<Header> {
    signer.headers(&Signed {
        event: Uuid::from_u128(1),
        kind: "payment.success",
        at: Timestamp::from_second(second).unwrap(),
        body: "{}",
    })
}

fn of<'a>(headers: &'a [Header], name: &str) -> Option<&'a str> {
    let found = headers.iter().find(|(n, _)| *n == name);
    found.map(|(_, value)| value.as_str())
}

/// The reference vector of the Standard Webhooks libraries.
#[test]
fn the_standard_signature_is_the_one_of_its_libraries() {
    let secret = EndpointSecret::parse(SECRET).unwrap();
    let signed = b"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{\"test\": 2432232314}";
    let mac = STANDARD.encode(hmac(secret.standard().unwrap(), &[signed]));
    assert_eq!(mac, "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

#[test]
fn a_single_signature_covers_the_raw_body_alone() {
    for (profile, name) in [
        (Profile::NoxPay, "x-noxpay-signature"),
        (Profile::NoddPay, "x-noddpay-signature"),
        (Profile::PaymentGateway, "x-webhook-signature"),
    ] {
        let signer = signer(profile, SECRET);
        let (first, second) = (headers(&signer, 1), headers(&signer, 2));
        assert_eq!(of(&first, name), of(&second, name), "{profile:?}");
        assert_ne!(
            of(&first, "webhook-signature"),
            of(&second, "webhook-signature")
        );
    }
}

#[test]
fn after_a_rotation_both_secrets_sign_and_single_headers_wait_for_the_merchant() {
    let before = headers(&signer(Profile::NoxPay, SECRET), 1);
    let mut rotated = signer(Profile::NoxPay, NEWER);
    rotated.previous = Some(EndpointSecret::parse(SECRET).unwrap());
    rotated.single = Some(EndpointSecret::parse(SECRET).unwrap());
    let during = headers(&rotated, 1);
    let list = of(&during, "webhook-signature").unwrap();
    assert_eq!(list.split(' ').count(), 2);
    assert!(list.contains(of(&before, "webhook-signature").unwrap()));
    assert_eq!(
        of(&during, "x-noxpay-signature"),
        of(&before, "x-noxpay-signature")
    );

    rotated.single = None;
    let accepted = headers(&rotated, 1);
    assert_ne!(
        of(&accepted, "x-noxpay-signature"),
        of(&before, "x-noxpay-signature")
    );
}

#[test]
fn another_gateways_secret_gets_its_own_header_only() {
    let headers = headers(&signer(Profile::PaymentGateway, "whsec_test_abc123"), 1);
    assert!(of(&headers, "x-webhook-signature").is_some());
    assert_eq!(of(&headers, "webhook-signature"), None);
}

#[test]
fn the_standard_profile_signs_with_both_kinds_of_keys() {
    let headers = headers(&signer(Profile::Standard, SECRET), 1);
    let list = of(&headers, "webhook-signature").unwrap();
    let kinds: Vec<_> = list
        .split(' ')
        .map(|s| s.split_once(',').unwrap().0)
        .collect();
    assert_eq!(kinds, ["v1", "v1a"]);
}

#[test]
fn after_a_rotation_the_standard_profile_signs_with_both_secrets_and_its_key_pair() {
    let before = headers(&signer(Profile::Standard, SECRET), 1);
    let mut rotated = signer(Profile::Standard, NEWER);
    rotated.previous = Some(EndpointSecret::parse(SECRET).unwrap());
    let during = headers(&rotated, 1);
    let list: Vec<_> = of(&during, "webhook-signature")
        .unwrap()
        .split(' ')
        .collect();
    let new = headers(&signer(Profile::Standard, NEWER), 1);
    let first = |headers: &[Header]| {
        of(headers, "webhook-signature")
            .unwrap()
            .split(' ')
            .next()
            .unwrap()
            .to_owned()
    };
    assert_eq!(list[..2], [first(&new), first(&before)]);
    assert!(list.len() == 3 && list[2].starts_with("v1a,"), "{list:?}");
}

#[test]
fn a_rotation_away_from_another_gateways_secret_begins_to_sign_by_the_standard() {
    let imported = "whsec_test_abc123";
    let before = headers(&signer(Profile::PaymentGateway, imported), 1);
    let mut rotated = signer(Profile::PaymentGateway, NEWER);
    rotated.previous = Some(EndpointSecret::parse(imported).unwrap());
    rotated.single = rotated.previous.clone();
    let during = headers(&rotated, 1);
    assert_eq!(
        of(&during, "x-webhook-signature"),
        of(&before, "x-webhook-signature")
    );
    let list = of(&during, "webhook-signature").unwrap();
    assert_eq!(
        list.split(' ').count(),
        1,
        "the old secret has no key for this list"
    );
}

#[test]
fn the_public_key_verifies_v1a_and_nothing_else() {
    let signer = signer(Profile::Standard, SECRET);
    let headers = headers(&signer, 5);
    let list = of(&headers, "webhook-signature").unwrap();
    let v1a = list
        .split(' ')
        .find_map(|s| s.strip_prefix("v1a,"))
        .unwrap();
    let signature = STANDARD.decode(v1a).unwrap();
    let public = signer.key_pair.as_ref().unwrap().public();
    let public = STANDARD
        .decode(public.strip_prefix("whpk_").unwrap())
        .unwrap();
    let key = ring::signature::UnparsedPublicKey::new(&ring::signature::ED25519, public);
    let id = Uuid::from_u128(1);
    assert!(
        key.verify(format!("{id}.5.{{}}").as_bytes(), &signature)
            .is_ok()
    );
    assert!(
        key.verify(format!("{id}.6.{{}}").as_bytes(), &signature)
            .is_err()
    );
    assert!(
        key.verify(format!("{id}.5.{{ }}").as_bytes(), &signature)
            .is_err()
    );
}

#[test]
fn noddpay_headers_have_its_forms() {
    let headers = headers(&signer(Profile::NoddPay, SECRET), 0);
    let signature = of(&headers, "x-noddpay-signature")
        .unwrap()
        .strip_prefix("sha256=")
        .unwrap();
    assert!(
        signature.len() == 64
            && signature
                .bytes()
                .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    );
    assert_eq!(
        of(&headers, "x-noddpay-timestamp"),
        Some("1970-01-01T00:00:00.000Z")
    );
    assert_eq!(
        of(&headers, "x-noddpay-event-id"),
        of(&headers, "webhook-id")
    );
}
