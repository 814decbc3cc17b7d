//! A queue: there, with dead letters, of which there are none.

use std::collections::HashMap;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;

use super::{Finding, Verdict};
use crate::connection;

/// After so many deliveries a message is a dead letter: a turn may fail a few times.
const FEWEST_DELIVERIES: u32 = 3;

type Attributes = HashMap<QueueAttributeName, String>;

/// Looks at one, and at its dead letters.
pub async fn examine(client: &Client, url: &str) -> Vec<Finding> {
    let of = format!("queue {}", url.rsplit('/').next().unwrap_or(url));
    let attributes = match attributes(client, url).await {
        Ok(attributes) => attributes,
        Err(why) => return vec![Finding::new(&of, "it exists", Verdict::Fails(why))],
    };
    let Some((target, deliveries)) = redrive(&attributes) else {
        let nowhere = Verdict::Fails("what fails comes again for days".to_owned());
        return vec![Finding::new(&of, "it has dead letters", nowhere)];
    };
    let tried = Finding::holds_if(
        &of,
        format!("a message is tried {FEWEST_DELIVERIES} times or more"),
        deliveries >= FEWEST_DELIVERIES,
        format!("{deliveries} times"),
    );
    vec![tried, dead_letters(client, &of, &target).await]
}

async fn attributes(client: &Client, url: &str) -> Result<Attributes, String> {
    let ask = client.get_queue_attributes().queue_url(url);
    let answer = ask.attribute_names(QueueAttributeName::All).send().await;
    let answer = answer.map_err(|failure| connection::reason(&failure))?;
    Ok(answer.attributes.unwrap_or_default())
}

/// The ARN of the queue for dead letters, and after how many deliveries a message goes there.
fn redrive(attributes: &Attributes) -> Option<(String, u32)> {
    let policy = attributes.get(&QueueAttributeName::RedrivePolicy)?;
    let policy: serde_json::Value = serde_json::from_str(policy).ok()?;
    let target = policy.get("deadLetterTargetArn")?.as_str()?.to_owned();
    let count = policy.get("maxReceiveCount")?;
    let count = count.as_u64().or_else(|| count.as_str()?.parse().ok())?;
    Some((target, u32::try_from(count).ok()?))
}

async fn dead_letters(client: &Client, of: &str, arn: &str) -> Finding {
    let claim = "it has no dead letters";
    let name = arn.rsplit(':').next().unwrap_or(arn);
    let url = client.get_queue_url().queue_name(name).send().await;
    let url = match url.map(|answer| answer.queue_url) {
        Ok(Some(url)) => url,
        Ok(None) => return Finding::new(of, claim, Verdict::Fails(format!("no queue {name}"))),
        Err(failure) => {
            let why = format!("no queue {name}: {}", connection::reason(&failure));
            return Finding::new(of, claim, Verdict::Fails(why));
        }
    };
    match attributes(client, &url).await {
        Ok(attributes) => {
            let waiting = attributes.get(&QueueAttributeName::ApproximateNumberOfMessages);
            let waiting = waiting.map_or("0", String::as_str);
            let found = format!("{waiting} in {name}; docs/operations.md, DeadLettersAlarm");
            Finding::holds_if(of, claim, waiting == "0", found)
        }
        Err(why) => Finding::new(of, claim, Verdict::Unknown(why)),
    }
}
