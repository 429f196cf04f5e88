use crate::schema::mailbox_tokens;
use db::Connection;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use runtime::sealing::Place;
use uuid::Uuid;

/// What a mailbox's access tokens are fetched with.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = mailbox_tokens)]
pub(crate) struct TokensRow {
    pub(crate) mailbox_id: Uuid,
    pub(crate) merchant_id: Uuid,
    pub(crate) live: bool,
    pub(crate) token_url: String,
    pub(crate) client_id: String,
    pub(crate) scope: Option<String>,
    /// A public client has none.
    pub(crate) sealed_client_secret: Option<Vec<u8>>,
    pub(crate) sealed_refresh_token: Vec<u8>,
}

/// Where a client's secret stands.
pub(crate) fn secret_place(mailbox: &Uuid) -> Place<'_> {
    Place {
        column: "mail.mailbox_tokens.sealed_client_secret",
        row: mailbox.as_bytes(),
    }
}

/// Where a refresh token stands.
pub(crate) fn refresh_token_place(mailbox: &Uuid) -> Place<'_> {
    Place {
        column: "mail.mailbox_tokens.sealed_refresh_token",
        row: mailbox.as_bytes(),
    }
}

impl TokensRow {
    pub(crate) async fn insert(self, conn: &mut Connection) -> QueryResult<()> {
        diesel::insert_into(mailbox_tokens::table)
            .values(self)
            .execute(conn)
            .await
            .map(drop)
    }

    pub(crate) async fn find(conn: &mut Connection, mailbox: Uuid) -> QueryResult<Option<Self>> {
        mailbox_tokens::table
            .find(mailbox)
            .select(Self::as_select())
            .first(conn)
            .await
            .optional()
    }

    /// Keeps the refresh token that came in this one's place, unless another has taken it already.
    pub(crate) async fn replace(&self, conn: &mut Connection, sealed: &[u8]) -> QueryResult<()> {
        diesel::update(mailbox_tokens::table.find(self.mailbox_id))
            .filter(mailbox_tokens::sealed_refresh_token.eq(&self.sealed_refresh_token))
            .set(mailbox_tokens::sealed_refresh_token.eq(sealed))
            .execute(conn)
            .await
            .map(drop)
    }
    /// Takes the refresh token that a person brought. As the request.
    pub(crate) async fn set_refresh_token(
        conn: &mut Connection,
        mailbox: Uuid,
        sealed: &[u8],
    ) -> QueryResult<()> {
        diesel::update(mailbox_tokens::table.find(mailbox))
            .set(mailbox_tokens::sealed_refresh_token.eq(sealed))
            .execute(conn)
            .await
            .map(drop)
    }
}
