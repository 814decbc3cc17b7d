//! The record of a request as an `AuditEvent`, in the shape of IHE's Basic Audit Log Patterns:
//! <https://profiles.ihe.net/ITI/BALP/>.
//!
//! | element | what |
//! | --- | --- |
//! | `type`, `subtype` | `rest`, and the code of the interaction |
//! | `agent` | the client, this server, and the user, who asks |
//! | `entity` | each resource, with what became of it; the request id |
//!
//! A failure has no pattern there: it has the same shape, without a profile.

use fhir::resource::Resource;
use serde_json::{Value, json};

use super::{Record, Touched};
use crate::{
    failure::Failure,
    interaction::{Conditions, Context},
    rules::Rules,
    write::{self, Action, Operation},
};

const DICOM: &str = "http://dicom.nema.org/resources/ontology/DCM";
const PROFILE: &str = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit";

/// Stores a record. What goes wrong is logged: the request has been done by then.
pub(crate) async fn store_event(context: &Context, record: &Record) {
    if let Err(failure) = store(context, record).await {
        let request_id = record.request_id.as_str();
        tracing::error!(request_id, %failure, "an AuditEvent was not stored");
    }
}

async fn store(context: &Context, record: &Record) -> Result<(), Failure> {
    // of the server itself: no rules of clients, and no part of what the request does once
    let context = &Context {
        rules: Rules::default(),
        once: None,
        ..context.clone()
    };
    let event = record.event(&context.settings.base_url);
    let resource = Resource::from_value(event).map_err(Failure::malformed)?;
    let action = Action::Create {
        resource,
        unless: None,
    };
    let operation = Operation::alone(action, Conditions::default());
    write::one(context, operation).await?;
    Ok(())
}

impl Record {
    fn event(&self, base_url: &str) -> Value {
        let (action, profile) = self.pattern();
        let mut event = json!({
            "resourceType": "AuditEvent",
            "type": {
                "system": "http://terminology.hl7.org/CodeSystem/audit-event-type",
                "code": "rest",
                "display": "Restful Operation",
            },
            "subtype": [{
                "system": "http://hl7.org/fhir/restful-interaction",
                "code": self.interaction,
            }],
            "action": action,
            "recorded": self.time.to_string(),
            "outcome": self.outcome(),
            "agent": self.agents(base_url, action),
            "source": {
                "observer": {"display": base_url},
                "type": [{
                    "system": "http://terminology.hl7.org/CodeSystem/security-source-type",
                    "code": "4",
                    "display": "Application Server",
                }],
            },
            "entity": self.entities(),
        });
        if let Some(event) = event.as_object_mut() {
            if let Some(profile) = profile.filter(|_| self.status < 400) {
                let profile = format!("{PROFILE}.{profile}");
                event.insert("meta".into(), json!({"profile": [profile]}));
            }
            if self.status >= 400 {
                let codes = self.issues.join(", ");
                let described = format!("{} {codes}", self.status);
                event.insert("outcomeDesc".into(), described.trim().into());
            }
        }
        event
    }

    /// What was done, in the codes of `AuditEvent.action`, and the pattern for that.
    fn pattern(&self) -> (&'static str, Option<&'static str>) {
        match self.interaction {
            "create" => ("C", Some("Create")),
            "read" | "vread" => ("R", Some("Read")),
            "history-instance" | "history-type" | "history-system" | "capabilities" => ("R", None),
            "update" | "patch" => ("U", Some("Update")),
            "delete" => ("D", Some("Delete")),
            // searches and operations
            _ => ("E", None),
        }
    }

    /// The codes of `AuditEvent.outcome`: success, minor, serious.
    fn outcome(&self) -> &'static str {
        match self.status {
            ..400 => "0",
            400..500 => "4",
            _ => "8",
        }
    }

    fn agents(&self, base_url: &str, action: &str) -> Vec<Value> {
        let role = |is_source: bool| {
            let (code, display) = if is_source {
                ("110153", "Source Role ID")
            } else {
                ("110152", "Destination Role ID")
            };
            json!({"coding": [{"system": DICOM, "code": code, "display": display}]})
        };
        // what is read goes from the server to the client, everything else the other way
        let server_sends = action == "R";
        let mut agents = vec![
            json!({"type": role(!server_sends), "who": {"display": "client"}, "requestor": false}),
            json!({"type": role(server_sends), "who": {"display": base_url}, "requestor": false,
                   "network": {"address": base_url, "type": "5"}}),
        ];
        if let Some(user) = &self.user {
            let mut agent = json!({
                "type": {"coding": [{
                    "system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType",
                    "code": if server_sends { "IRCP" } else { "AUT" },
                }]},
                "who": {"identifier": {"value": user}},
                "requestor": true,
            });
            if let (Some(kind), Some(agent)) = (&self.user_type, agent.as_object_mut()) {
                agent.insert("role".into(), json!([{"text": kind}]));
            }
            agents.push(agent);
        }
        agents
    }

    fn entities(&self) -> Vec<Value> {
        let request = json!({
            "what": {"identifier": {"value": self.request_id}},
            "type": {
                "system": "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType",
                "code": "XrequestId",
            },
        });
        let resources = self.touched.iter().map(Touched::entity);
        resources.chain([request]).collect()
    }
}

impl Touched {
    fn entity(&self) -> Value {
        let mut entity = json!({
            "type": {
                "system": "http://terminology.hl7.org/CodeSystem/audit-entity-type",
                "code": "2",
                "display": "System Object",
            },
            "role": {
                "system": "http://terminology.hl7.org/CodeSystem/object-role",
                "code": "4",
                "display": "Domain Resource",
            },
        });
        let Some(object) = entity.as_object_mut() else {
            return entity;
        };
        if self.resource.contains('/') {
            object.insert("what".into(), json!({"reference": self.resource}));
        } else if !self.resource.is_empty() {
            object.insert("name".into(), self.resource.as_str().into());
        }
        if self.method.is_some() || self.status.is_some() {
            object.insert("description".into(), self.to_string().into());
        }
        entity
    }
}
