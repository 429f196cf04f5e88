use bus::topology;
use domain::event::Producer;
use serde_json::json;

use super::api::Address;

/// Every service's user's, on the whole test broker.
pub(super) const PASSWORD: &str = "noxpay-test-broker";

/// What `scripts/broker-users` gives the services, for one virtual host.
pub(super) fn definitions(vhost: &str) -> serde_json::Value {
    let admin = Address::from_env().user;
    let users = Producer::ALL
        .map(|service| json!({"name": service.name(), "password": PASSWORD, "tags": ""}));
    let own = "^noxpay[.]";
    let mut permissions: Vec<_> = Producer::ALL
        .map(|service| {
            json!({"user": service.name(), "vhost": vhost, "configure": own, "write": own, "read": own})
        })
        .into();
    permissions.push(
        json!({"user": admin, "vhost": vhost, "configure": ".*", "write": ".*", "read": ".*"}),
    );
    let topic_permissions = Producer::ALL.map(|service| {
        json!({
            "user": service.name(), "vhost": vhost, "exchange": topology::EVENTS,
            "write": own_events(service), "read": ".*",
        })
    });
    json!({
        "vhosts": [{"name": vhost}], "users": users,
        "permissions": permissions, "topic_permissions": topic_permissions,
    })
}

/// The routing keys that a service may publish.
const fn own_events(service: Producer) -> &'static str {
    match service {
        Producer::ApiGateway => "^(merchant|user)[.]",
        Producer::IntentService => "^(intent|refund|account)[.]",
        Producer::ImapVerifier => "^(observation|mail)[.]",
        Producer::WebhookDispatcher => "^webhook[.]",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_gives_the_same_topic_permissions() {
        let script = include_str!("../../../../scripts/lib/broker.sh");
        for service in Producer::ALL {
            let line = format!("{}) echo '{}'", service.name(), own_events(service));
            assert!(script.contains(&line), "{line}");
        }
    }
}
