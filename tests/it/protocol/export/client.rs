//! Somebody who exports.

use serde_json::Value;

use super::super::{
    fyr::{BASE, Fyr},
    reply::Reply,
};

/// Asks for an export; the query begins with its `?`.
pub(super) fn ask(fyr: &Fyr, query: &str) -> Reply {
    fyr.ask("GET", &format!("/$export{query}"))
        .header("prefer", "respond-async")
        .send()
}

/// Begins an export, and tells where its status is, below the base.
pub(super) fn begin(fyr: &Fyr, query: &str) -> String {
    place(&ask(fyr, query).expect(202))
}

/// Where the status of an export is that was begun.
pub(super) fn place(reply: &Reply) -> String {
    let place = reply.header("content-location").unwrap();
    place.strip_prefix(BASE).unwrap().to_owned()
}

/// Exports from first to last.
pub(super) fn export(fyr: &Fyr, query: &str) -> Exported {
    let status = begin(fyr, query);
    fyr.work_off();
    Exported::of(fyr, &status)
}

/// A completed export.
pub(super) struct Exported {
    pub(super) manifest: Value,
}

impl Exported {
    /// The export that has this status, which must be completed.
    pub(super) fn of(fyr: &Fyr, status: &str) -> Self {
        let manifest = fyr.get(status).expect(200).json;
        Self { manifest }
    }

    pub(super) fn time(&self) -> String {
        self.manifest["transactionTime"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// The paths of the files in a part of the manifest, below the base.
    pub(super) fn files(&self, part: &str) -> Vec<String> {
        let files = self.manifest[part].as_array();
        let url = |file: &Value| {
            file["url"]
                .as_str()
                .unwrap()
                .strip_prefix(BASE)
                .unwrap()
                .to_owned()
        };
        files.into_iter().flatten().map(url).collect()
    }

    /// How many lines each file of resources has, as the manifest says.
    pub(super) fn counts(&self) -> Vec<u64> {
        let files = self.manifest["output"].as_array().unwrap();
        let count = |file: &Value| file["count"].as_u64().unwrap();
        files.iter().map(count).collect()
    }

    /// All lines of a part of the manifest; each file has the type and the count that it says.
    pub(super) fn lines(&self, fyr: &Fyr, part: &str) -> Vec<Value> {
        let mut lines = Vec::new();
        for (file, path) in self.manifest[part]
            .as_array()
            .into_iter()
            .flatten()
            .zip(self.files(part))
        {
            let reply = fyr.get(&path).expect(200);
            let of_file = lines_of(&reply.text);
            assert_eq!(of_file.len() as u64, file["count"].as_u64().unwrap());
            assert!(
                of_file
                    .iter()
                    .all(|line| line["resourceType"] == file["type"]),
                "{path}"
            );
            lines.extend(of_file);
        }
        lines
    }

    /// The ids of all resources, in order.
    pub(super) fn ids(&self, fyr: &Fyr) -> Vec<String> {
        let lines = self.lines(fyr, "output");
        let mut ids: Vec<String> = lines
            .iter()
            .map(|line| line["id"].as_str().unwrap().to_owned())
            .collect();
        ids.sort();
        ids
    }

    /// What was deleted: `Organization/1`.
    pub(super) fn deleted(&self, fyr: &Fyr) -> Vec<String> {
        let lines = self.lines(fyr, "deleted");
        lines.iter().map(deletion).collect()
    }
}

/// The URL of a deletion.
pub(super) fn deletion(bundle: &Value) -> String {
    let request = &bundle["entry"][0]["request"];
    assert_eq!(request["method"], "DELETE");
    request["url"].as_str().unwrap().to_owned()
}

/// NDJSON: every line is JSON and ends with a line break.
pub(super) fn lines_of(text: &str) -> Vec<Value> {
    assert!(text.is_empty() || text.ends_with('\n'));
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}
