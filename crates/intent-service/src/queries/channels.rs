//! How an account's channels did in its tests.

use crate::core::Core;
use crate::error::Error;
use crate::rows::account::AccountRow;
use crate::rows::channel::{self, SightingRow, TestRow};
use crate::rows::proof::ProofRow;
use db::{Connection, Scope};
use domain::ErrorCode;
use domain::ids::AccountId;
use proto::Fault;
use uuid::Uuid;

const MOST: i64 = 10;

/// A test with its payments.
#[derive(Clone, Debug)]
pub struct TestView {
    pub test: TestRow,
    /// The smaller first.
    pub payments: Vec<PaymentView>,
}

/// A payment, and who told of it, the fastest first.
#[derive(Clone, Debug)]
pub struct PaymentView {
    pub proof: ProofRow,
    pub sightings: Vec<SightingRow>,
}

/// The newest tests of an account that the scope's merchant owns or uses.
///
/// # Errors
/// `NOT_FOUND`.
pub async fn get_channels(
    core: &Core,
    scope: Scope,
    id: AccountId,
) -> Result<(AccountRow, Vec<TestView>), Error> {
    let account = core
        .databases
        .request
        .tenant(scope, async |tx| {
            Ok::<_, Error>(AccountRow::usable_by(tx, id, scope).await?)
        })
        .await?;
    let missing = || Fault::new(ErrorCode::NotFound, "there is no such account");
    let account = account.ok_or_else(missing)?;
    // As the worker: the tests are the owner's.
    let mut conn = core.databases.worker.get().await?;
    let mut tests = Vec::new();
    for test in TestRow::newest(&mut conn, id, MOST).await? {
        tests.push(view_of(&mut conn, test).await?);
    }
    Ok((account, tests))
}

/// A test with its payments.
pub(crate) async fn view_of(conn: &mut Connection, test: TestRow) -> Result<TestView, Error> {
    let proofs = ProofRow::of_test(conn, test.id).await?;
    let ids: Vec<Uuid> = proofs.iter().map(|proof| proof.id.uuid()).collect();
    let sightings = channel::sightings(conn, &ids).await?;
    let payment = |proof: ProofRow| PaymentView {
        sightings: sightings
            .iter()
            .filter(|s| s.proof_id == proof.id)
            .cloned()
            .collect(),
        proof,
    };
    Ok(TestView {
        test,
        payments: proofs.into_iter().map(payment).collect(),
    })
}
