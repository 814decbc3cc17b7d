//! Up to a hundred writes and checks, all or none:
//! <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html>.

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{ConditionCheck, Delete, Put, TransactWriteItem, Update};
use store::table::{Action, Answer, Write};

use super::expression::{self, Placeholders};
use super::failure::{misuse, transaction_failed};
use super::write::{conditioned, written};
use super::{DynamoTables, TableNames, value};

impl DynamoTables {
    pub(super) async fn transact_items(&self, token: String, writes: Vec<Write>) -> Answer<()> {
        let items = writes.into_iter().map(|write| entry(&self.names, write));
        let output = self
            .client
            .transact_write_items()
            .client_request_token(token)
            .set_transact_items(Some(items.collect::<Result<_, _>>().map_err(misuse)?))
            .set_return_consumed_capacity(self.capacity())
            .send()
            .await
            .map_err(transaction_failed)?;
        Ok(((), written(&output.consumed_capacity.unwrap_or_default())))
    }
}

fn entry(names: &TableNames, write: Write) -> Result<TransactWriteItem, BuildError> {
    let Write {
        key,
        action,
        condition,
    } = write;
    let table = names.of(key.table);
    let mut placeholders = Placeholders::default();
    let condition = condition.map(|is| expression::condition(is, &mut placeholders));
    let entry = TransactWriteItem::builder();
    let entry = match action {
        Action::Put(item) => entry.put(
            conditioned!(Put::builder(), table, condition, placeholders)
                .set_item(Some(value::keyed_attributes(key, item)))
                .build()?,
        ),
        Action::Update(changes) => {
            let update = expression::update(changes, &mut placeholders);
            entry.update(
                conditioned!(Update::builder(), table, condition, placeholders)
                    .set_key(Some(value::key_attributes(key)))
                    .update_expression(update)
                    .build()?,
            )
        }
        Action::Delete => entry.delete(
            conditioned!(Delete::builder(), table, condition, placeholders)
                .set_key(Some(value::key_attributes(key)))
                .build()?,
        ),
        Action::Check => entry.condition_check(
            conditioned!(ConditionCheck::builder(), table, condition, placeholders)
                .set_key(Some(value::key_attributes(key)))
                .build()?,
        ),
    };
    Ok(entry.build())
}
