//! SQL that the query builder cannot say, prepared once per connection.
//!
//! `diesel::sql_query` is parsed and planned anew at each execution, since its text may be composed: that costs more than most
//! of ours take to run. The text here is fixed, so that it is found again by itself.

use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{HasSqlType, Untyped};
use diesel::{QueryResult, RunQueryDsl};
use std::marker::PhantomData;

/// A statement without parameters yet. Its result must name its columns: a plan that is kept fails once `*` means others.
pub const fn statement(sql: &'static str) -> Statement {
    Statement(sql)
}

/// Fixed SQL.
#[derive(Clone, Copy, Debug)]
pub struct Statement(&'static str);

/// A statement with one more parameter.
#[derive(Clone, Copy, Debug)]
pub struct Bound<S, V, T> {
    statement: S,
    value: V,
    kind: PhantomData<T>,
}

impl Statement {
    /// The value of `$1`, as the SQL type `T`.
    pub const fn bind<T, V>(self, value: V) -> Bound<Self, V, T> {
        Bound {
            statement: self,
            value,
            kind: PhantomData,
        }
    }
}

impl<S, V, T> Bound<S, V, T> {
    /// The value of the next parameter.
    pub const fn bind<T2, V2>(self, value: V2) -> Bound<Self, V2, T2> {
        Bound {
            statement: self,
            value,
            kind: PhantomData,
        }
    }
}

impl QueryFragment<Pg> for Statement {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(self.0);
        Ok(())
    }
}

impl<S, V, T> QueryFragment<Pg> for Bound<S, V, T>
where
    Pg: HasSqlType<T>,
    S: QueryFragment<Pg>,
    V: ToSql<T, Pg>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.statement.walk_ast(out.reborrow())?;
        out.push_bind_param_value_only(&self.value)
    }
}

// Known by their text and the types of their parameters.
impl QueryId for Statement {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<S, V, T> QueryId for Bound<S, V, T> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Statement {
    type SqlType = Untyped;
}

impl<S, V, T> Query for Bound<S, V, T> {
    type SqlType = Untyped;
}

impl<C> RunQueryDsl<C> for Statement {}
impl<C, S, V, T> RunQueryDsl<C> for Bound<S, V, T> {}
