//! The calls of the tables' port as values, so that they can be queued, repeated and printed.

use std::fmt;

use futures::future::{BoxFuture, FutureExt};

use crate::table::{
    Action, Answer, BatchGot, Consumed, Item, Key, Page, Query, Scan, Sort, TableError, Tables,
    Write,
};

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// [`Tables::get`]
    Get(Key),
    /// [`Tables::batch_get`]
    BatchGet(Vec<Key>),
    /// [`Tables::write`]
    Write(Write),
    /// [`Tables::batch_write`]
    BatchWrite(Vec<Write>),
    /// [`Tables::transact`], with its token
    Transact(String, Vec<Write>),
    /// [`Tables::query`]
    Query(Query),
    /// [`Tables::scan`]
    Scan(Scan),
}

/// The answer to a call that went well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// To [`Call::Get`].
    Item(Option<Item>),
    /// To [`Call::BatchGet`].
    Got(BatchGot),
    /// To [`Call::Write`] and [`Call::Transact`].
    Done,
    /// To [`Call::BatchWrite`]: what was not applied.
    Unprocessed(Vec<Write>),
    /// To [`Call::Query`] and [`Call::Scan`].
    Page(Page),
}

impl Call {
    /// Whether the call can change anything.
    pub fn is_write(&self) -> bool {
        matches!(
            self,
            Self::Write(_) | Self::BatchWrite(_) | Self::Transact(..)
        )
    }

    /// The writes of the call.
    pub fn writes(&self) -> &[Write] {
        match self {
            Self::Write(write) => std::slice::from_ref(write),
            Self::BatchWrite(writes) | Self::Transact(_, writes) => writes,
            _ => &[],
        }
    }
}

impl Call {
    /// Splits a batch in two, for tables that process only the first half. A batch of one has no
    /// first half; any other call has no second.
    pub(crate) fn split(self) -> (Option<Self>, Self) {
        match self {
            Self::BatchGet(mut keys) => {
                let rest = keys.split_off(keys.len() / 2);
                (
                    (!keys.is_empty()).then_some(Self::BatchGet(keys)),
                    Self::BatchGet(rest),
                )
            }
            Self::BatchWrite(mut writes) => {
                let rest = writes.split_off(writes.len() / 2);
                (
                    (!writes.is_empty()).then_some(Self::BatchWrite(writes)),
                    Self::BatchWrite(rest),
                )
            }
            call => (Some(call), Self::BatchWrite(Vec::new())),
        }
    }
}

impl Reply {
    /// The answer to the first half of a batch, when the rest was not processed.
    pub(crate) fn without(self, rest: Call) -> Self {
        match (self, rest) {
            (Self::Got(mut got), Call::BatchGet(keys)) => {
                got.unprocessed.extend(keys);
                Self::Got(got)
            }
            (Self::Unprocessed(mut before), Call::BatchWrite(writes)) => {
                before.extend(writes);
                Self::Unprocessed(before)
            }
            (reply, _) => reply,
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Get(key) => write!(f, "get {key}"),
            Self::BatchGet(keys) => {
                write!(f, "batch get")?;
                keys.iter().try_for_each(|key| write!(f, " {key}"))
            }
            Self::Write(one) => write!(f, "{one}"),
            Self::BatchWrite(all) => {
                write!(f, "batch write")?;
                all.iter().try_for_each(|one| write!(f, " [{one}]"))
            }
            Self::Transact(token, all) => {
                write!(f, "transact {token}")?;
                all.iter().try_for_each(|one| write!(f, " [{one}]"))
            }
            Self::Query(query) => write!(f, "query {:?} {}", query.table, query.pk),
            Self::Scan(scan) => write!(f, "scan {:?} {}", scan.table, scan.segment),
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.sk {
            Sort::None => write!(f, "{:?}:{}", self.table, self.pk),
            Sort::Number(sk) => write!(f, "{:?}:{}:{sk}", self.table, self.pk),
            Sort::Text(sk) => write!(f, "{:?}:{}:{sk}", self.table, self.pk),
        }
    }
}

impl fmt::Display for Write {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = match self.action {
            Action::Put(_) => "put",
            Action::Update(_) => "update",
            Action::Delete => "delete",
            Action::Check => "check",
        };
        write!(f, "{verb} {}", self.key)
    }
}

/// Something that answers calls. Whatever does so is [`Tables`].
pub trait Endpoint: Send + Sync {
    /// Answers one call.
    fn answer(&self, call: Call) -> BoxFuture<'_, Answer<Reply>>;
}

impl<E: Endpoint> Tables for E {
    fn get(&self, key: Key) -> BoxFuture<'_, Answer<Option<Item>>> {
        let item = |reply| {
            if let Reply::Item(item) = reply {
                Some(item)
            } else {
                None
            }
        };
        expect(self.answer(Call::Get(key)), item)
    }

    fn batch_get(&self, keys: Vec<Key>) -> BoxFuture<'_, Answer<BatchGot>> {
        let got = |reply| {
            if let Reply::Got(got) = reply {
                Some(got)
            } else {
                None
            }
        };
        expect(self.answer(Call::BatchGet(keys)), got)
    }

    fn write(&self, write: Write) -> BoxFuture<'_, Answer<()>> {
        let done = |reply| (reply == Reply::Done).then_some(());
        expect(self.answer(Call::Write(write)), done)
    }

    fn batch_write(&self, writes: Vec<Write>) -> BoxFuture<'_, Answer<Vec<Write>>> {
        let rest = |reply| {
            if let Reply::Unprocessed(rest) = reply {
                Some(rest)
            } else {
                None
            }
        };
        expect(self.answer(Call::BatchWrite(writes)), rest)
    }

    fn transact(&self, token: String, writes: Vec<Write>) -> BoxFuture<'_, Answer<()>> {
        let done = |reply| (reply == Reply::Done).then_some(());
        expect(self.answer(Call::Transact(token, writes)), done)
    }

    fn query(&self, query: Query) -> BoxFuture<'_, Answer<Page>> {
        expect(self.answer(Call::Query(query)), page)
    }

    fn scan(&self, scan: Scan) -> BoxFuture<'_, Answer<Page>> {
        expect(self.answer(Call::Scan(scan)), page)
    }
}

fn page(reply: Reply) -> Option<Page> {
    if let Reply::Page(page) = reply {
        Some(page)
    } else {
        None
    }
}

fn expect<'a, T: Send + 'a>(
    answer: BoxFuture<'a, Answer<Reply>>,
    take: fn(Reply) -> Option<T>,
) -> BoxFuture<'a, Answer<T>> {
    answer
        .map(move |answer| {
            let (reply, consumed): (Reply, Consumed) = answer?;
            let value = take(reply).ok_or_else(|| TableError::Unknown("another reply".into()))?;
            Ok((value, consumed))
        })
        .boxed()
}
