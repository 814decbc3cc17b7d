//! What the four tables are called in an account.

use store::table::{Table, TableError};

/// The tables' names: a prefix and one word each, as in `fyr-heads`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableNames {
    heads: String,
    versions: String,
    index: String,
    control: String,
}

impl TableNames {
    /// `{prefix}-heads`, `{prefix}-versions`, `{prefix}-index`, `{prefix}-control`.
    pub fn with_prefix(prefix: &str) -> Self {
        let name = |word| format!("{prefix}-{word}");
        Self {
            heads: name("heads"),
            versions: name("versions"),
            index: name("index"),
            control: name("control"),
        }
    }

    /// The name of this table.
    pub fn of(&self, table: Table) -> &str {
        match table {
            Table::Heads => &self.heads,
            Table::Versions => &self.versions,
            Table::Index => &self.index,
            Table::Control => &self.control,
        }
    }

    /// Which table an answer speaks of.
    pub(super) fn table(&self, name: &str) -> Result<Table, TableError> {
        let unasked = || TableError::Refused(format!("an answer about the table {name}").into());
        Table::ALL
            .into_iter()
            .find(|table| self.of(*table) == name)
            .ok_or_else(unasked)
    }
}
