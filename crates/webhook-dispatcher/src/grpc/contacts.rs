//! Whom e-mail about endpoints goes to.

use super::Webhooks;
use crate::error::{Failed, database};
use crate::schema::contacts;
use db::Scope;
use db::types::to_db;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::ErrorCode;
use proto::Fault;
use proto::webhook as wire;

const MOST_CONTACTS: usize = 10;

impl Webhooks {
    pub(super) async fn contacts(&self, scope: Scope) -> Result<wire::ListContactsResponse, Fault> {
        self.databases
            .request
            .tenant(scope, async |tx| list(tx).await)
            .await
            .map(|addresses| wire::ListContactsResponse { addresses })
            .map_err(database)
    }

    /// Again changes nothing.
    pub(super) async fn add_contact_to(
        &self,
        scope: Scope,
        address: &str,
    ) -> Result<wire::ListContactsResponse, Fault> {
        let address = address.trim().to_ascii_lowercase();
        if address.len() > 254 || address.parse::<lettre::Address>().is_err() {
            return Err(Fault::invalid("address", "is not an e-mail address"));
        }
        self.databases
            .request
            .tenant(scope, async |tx| -> Result<_, Failed> {
                let known = list(tx).await?;
                if known.len() >= MOST_CONTACTS && !known.contains(&address) {
                    let message = format!("there are {MOST_CONTACTS} contacts already: remove one");
                    return Err(Failed(Fault::new(ErrorCode::Conflict, message)));
                }
                let now = db::clock::now(tx).await?;
                diesel::insert_into(contacts::table)
                    .values((
                        contacts::merchant_id.eq(scope.merchant.uuid()),
                        contacts::live.eq(scope.mode.is_live()),
                        contacts::address.eq(&address),
                        contacts::created_at.eq(to_db(now)),
                    ))
                    .on_conflict_do_nothing()
                    .execute(tx)
                    .await?;
                Ok(list(tx).await?)
            })
            .await
            .map(|addresses| wire::ListContactsResponse { addresses })
            .map_err(|failed| failed.0)
    }

    pub(super) async fn remove_contact_from(
        &self,
        scope: Scope,
        address: &str,
    ) -> Result<wire::ListContactsResponse, Fault> {
        let address = address.trim().to_ascii_lowercase();
        self.databases
            .request
            .tenant(scope, async |tx| -> Result<_, Failed> {
                let removed =
                    diesel::delete(contacts::table.filter(contacts::address.eq(&address)))
                        .execute(tx)
                        .await?;
                if removed == 0 {
                    let fault = Fault::new(ErrorCode::NotFound, "there is no such contact");
                    return Err(Failed(fault));
                }
                Ok(list(tx).await?)
            })
            .await
            .map(|addresses| wire::ListContactsResponse { addresses })
            .map_err(|failed| failed.0)
    }
}

/// Within the connection's scope.
async fn list(conn: &mut db::Connection) -> QueryResult<Vec<String>> {
    contacts::table
        .select(contacts::address)
        .order(contacts::address)
        .load(conn)
        .await
}
