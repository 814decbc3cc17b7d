"""What somebody does who uses fhirpy: python fhirpy_client.py BASE_URL.

Creates, reads, updates on a stale version, searches, posts a transaction, deletes, and exports in bulk, and
stops at the first answer that is not as FHIR has it. `cargo xtask clients` runs it against `fyr serve`.
"""

import json
import sys
import time

import requests
from fhirpy import SyncFHIRClient
from fhirpy.base.exceptions import OperationOutcome, ResourceNotFound

SYSTEM = "urn:oid:2.16.752.129.2.1.4.1"
SECONDS_FOR_AN_EXPORT = 60


def create(client):
    """An organization, and that it is stored as it was sent."""
    clinic = client.resource("Organization", name="Fhirpy-kliniken", active=True)
    clinic["identifier"] = [{"system": SYSTEM, "value": "SE-FHIRPY-1"}]
    clinic.save()
    assert clinic.id and clinic["meta"]["versionId"] == "1", clinic.serialize()
    again = client.reference("Organization", clinic.id).to_resource()
    assert again["name"] == "Fhirpy-kliniken"
    return clinic


def update(client, clinic):
    """A second version, part of it by a patch; what is wrong is an OperationOutcome."""
    clinic["name"] = "Fhirpys klinik"
    clinic.save()
    assert clinic["meta"]["versionId"] == "2"
    try:
        client.resource("Organization", active="perhaps").save()
    except OperationOutcome as refusal:
        assert refusal.resource["issue"][0]["severity"] == "error", refusal.resource
    else:
        raise AssertionError("text was taken for a boolean")


def search(client, clinic):
    """By name, by identifier, counted, and page by page."""
    found = client.resources("Organization").search(name="fhirpy").fetch()
    assert [one.id for one in found] == [clinic.id], found
    by_identifier = client.resources("Organization").search(identifier=f"{SYSTEM}|SE-FHIRPY-1")
    assert by_identifier.get().id == clinic.id
    for number in range(5):
        client.resource("Organization", name=f"Sidan {number}").save()
    pages = client.resources("Organization").search(name="sidan").limit(2).fetch_all()
    assert sorted(one["name"] for one in pages) == [f"Sidan {number}" for number in range(5)]


def transaction(client):
    """Two resources that refer to each other by a temporary id."""
    parent = "urn:uuid:a2a4a3f5-5b43-4a5e-8bd5-0f6e0a0f0c01"
    bundle = client.resource("Bundle", type="transaction")
    bundle["entry"] = [
        {
            "fullUrl": parent,
            "resource": {"resourceType": "Organization", "name": "Fhirpy-regionen"},
            "request": {"method": "POST", "url": "Organization"},
        },
        {
            "resource": {
                "resourceType": "Organization",
                "name": "Fhirpy-enheten",
                "partOf": {"reference": parent},
            },
            "request": {"method": "POST", "url": "Organization"},
        },
    ]
    answer = client.execute("", data=bundle.serialize())
    assert [entry["response"]["status"][:3] for entry in answer["entry"]] == ["201", "201"], answer
    region, unit = (entry["response"]["location"].split("/_history/")[0] for entry in answer["entry"])
    stored = client.reference(reference="/".join(unit.split("/")[-2:])).to_resource()
    assert region.endswith(stored["partOf"]["reference"]), (region, stored.serialize())


def delete(client):
    """What is deleted is gone, and no search finds it."""
    lost = client.resource("Organization", name="Borttagen")
    lost.save()
    client.delete(lost)
    try:
        client.reference("Organization", lost.id).to_resource()
    except ResourceNotFound:
        pass
    else:
        raise AssertionError("a deleted resource was read")
    assert client.resources("Organization").search(name="borttagen").fetch() == []


def export(base):
    """Bulk export. fhirpy has nothing for it, so this is the protocol itself, by requests."""
    kick_off = requests.get(
        f"{base}/$export",
        params={"_type": "Organization"},
        headers={"Accept": "application/fhir+json", "Prefer": "respond-async"},
        timeout=30,
    )
    assert kick_off.status_code == 202, kick_off.text
    ends = time.monotonic() + SECONDS_FOR_AN_EXPORT
    while (status := requests.get(kick_off.headers["Content-Location"], timeout=30)).status_code == 202:
        assert time.monotonic() < ends, "the export takes too long"
        time.sleep(0.2)
    assert status.status_code == 200, status.text
    manifest = status.json()
    lines = []
    for file in manifest["output"]:
        answer = requests.get(file["url"], headers={"Accept": "application/fhir+ndjson"}, timeout=30)
        part = [json.loads(line) for line in answer.text.splitlines()]
        assert len(part) == file["count"] and {one["resourceType"] for one in part} == {file["type"]}
        lines += part
    names = {one["name"] for one in lines}
    assert {"Fhirpys klinik", "Fhirpy-regionen", "Sidan 4"} <= names, names
    assert "Borttagen" not in names


def main():
    base = sys.argv[1].rstrip("/")
    client = SyncFHIRClient(base)
    statement = client.execute("metadata", method="get")
    assert statement["fhirVersion"] == "4.0.1", statement["fhirVersion"]
    clinic = create(client)
    update(client, clinic)
    search(client, clinic)
    transaction(client)
    delete(client)
    export(base)
    print("fhirpy: create, read, update, search, transaction, delete and export are as it expects them")


main()
