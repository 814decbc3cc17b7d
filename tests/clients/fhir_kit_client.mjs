// What somebody does who uses fhir-kit-client: node fhir_kit_client.mjs BASE_URL.
//
// Creates, reads, updates on a stale version, patches, searches, posts a transaction, deletes, and exports in
// bulk, and stops at the first answer that is not as FHIR has it. `cargo xtask clients` runs it against `fyr serve`.

import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'fhir-kit-client';

const SECONDS_FOR_AN_EXPORT = 60;
const resourceType = 'Organization';

/** The status with which a request is refused. */
async function refusal(request) {
  try {
    await request;
  } catch (error) {
    assert.equal(error.response.data.resourceType, 'OperationOutcome');
    return error.response.status;
  }
  throw new Error('the request was not refused');
}

/** Creates, reads, updates, and is refused on a stale version. */
async function createAndUpdate(client) {
  const created = await client.create({ resourceType, body: { resourceType, name: 'Kit-kliniken', active: true } });
  assert.equal(created.meta.versionId, '1');
  assert.equal(Client.httpFor(created).response.status, 201);
  const { id } = created;
  assert.equal((await client.read({ resourceType, id })).name, 'Kit-kliniken');
  const body = { ...created, name: 'Kits klinik' };
  const onFirst = { headers: { 'If-Match': 'W/"1"' } };
  const updated = await client.update({ resourceType, id, body, options: onFirst });
  assert.equal(updated.meta.versionId, '2');
  assert.equal(await refusal(client.update({ resourceType, id, body, options: onFirst })), 412);
  const jsonPatch = [{ op: 'replace', path: '/active', value: false }];
  assert.equal((await client.patch({ resourceType, id, jsonPatch })).active, false);
  assert.equal((await client.vread({ resourceType, id, version: '1' })).name, 'Kit-kliniken');
  const history = await client.resourceHistory({ resourceType, id });
  assert.deepEqual(history.entry.map((entry) => entry.resource.meta.versionId), ['3', '2', '1']);
  return id;
}

/** Searches, and follows the links of the pages. */
async function search(client, id) {
  const found = await client.resourceSearch({ resourceType, searchParams: { name: 'kits' } });
  assert.deepEqual(found.entry.map((entry) => entry.resource.id), [id]);
  for (const number of [0, 1, 2, 3, 4]) {
    await client.create({ resourceType, body: { resourceType, name: `Kitsida ${number}` } });
  }
  const names = [];
  let page = await client.resourceSearch({ resourceType, searchParams: { name: 'kitsida', _count: 2 } });
  while (page) {
    assert.ok((page.entry ?? []).length <= 2);
    names.push(...(page.entry ?? []).map((entry) => entry.resource.name));
    page = await client.nextPage({ bundle: page });
  }
  assert.deepEqual(names.sort(), [0, 1, 2, 3, 4].map((number) => `Kitsida ${number}`));
}

/** Two resources that refer to each other by a temporary id, and a transaction that is refused whole. */
async function transaction(client) {
  const fullUrl = 'urn:uuid:5a0f1b9e-7f6b-4c2d-9f57-6c0f3b1c2d01';
  const post = { method: 'POST', url: resourceType };
  const region = { fullUrl, resource: { resourceType, name: 'Kit-regionen' }, request: post };
  const unit = { resource: { resourceType, name: 'Kit-enheten', partOf: { reference: fullUrl } }, request: post };
  const bundle = (...entry) => ({ resourceType: 'Bundle', type: 'transaction', entry });
  const answer = await client.transaction({ body: bundle(region, unit) });
  assert.deepEqual(answer.entry.map((entry) => entry.response.status.slice(0, 3)), ['201', '201']);
  const [parent, child] = answer.entry.map((entry) => entry.response.location.match(/Organization\/[^/]+/)[0]);
  const stored = await client.read({ resourceType, id: child.split('/')[1] });
  assert.equal(stored.partOf.reference, parent);
  const lost = { resource: { resourceType, name: 'Kit-ingenting' }, request: post };
  const wrong = { resource: { resourceType, active: 'perhaps' }, request: post };
  assert.ok([400, 422].includes(await refusal(client.transaction({ body: bundle(lost, wrong) }))));
  const found = await client.resourceSearch({ resourceType, searchParams: { name: 'kit-ingenting' } });
  assert.equal((found.entry ?? []).length, 0);
}

/** What is deleted is gone. */
async function remove(client) {
  const { id } = await client.create({ resourceType, body: { resourceType, name: 'Kit-borta' } });
  await client.delete({ resourceType, id });
  assert.equal(await refusal(client.read({ resourceType, id })), 410);
}

/** Bulk export: the client asks and waits; files of lines are not JSON, so they are fetched as they are. */
async function exportAll(client) {
  const options = { headers: { Prefer: 'respond-async' } };
  const input = { _type: resourceType };
  const begun = await client.operation({ name: '$export', method: 'GET', input, options });
  assert.equal(Client.httpFor(begun).response.status, 202);
  const where = Client.httpFor(begun).response.headers.get('content-location');
  const ends = Date.now() + SECONDS_FOR_AN_EXPORT * 1000;
  let manifest = await client.request(where);
  while (Client.httpFor(manifest).response.status === 202) {
    assert.ok(Date.now() < ends, 'the export takes too long');
    await pause(200);
    manifest = await client.request(where);
  }
  const names = new Set();
  for (const { url, type, count } of manifest.output) {
    const answer = await fetch(url, { headers: { accept: 'application/fhir+ndjson' } });
    const lines = (await answer.text()).trim().split('\n').map((line) => JSON.parse(line));
    assert.equal(lines.length, count);
    assert.ok(lines.every((line) => line.resourceType === type));
    lines.forEach((line) => names.add(line.name));
  }
  for (const name of ['Kits klinik', 'Kit-regionen', 'Kitsida 4']) assert.ok(names.has(name), name);
  assert.ok(!names.has('Kit-borta'));
}

const client = new Client({ baseUrl: process.argv[2] });
const statement = await client.capabilityStatement();
assert.equal(statement.fhirVersion, '4.0.1');
await search(client, await createAndUpdate(client));
await transaction(client);
await remove(client);
await exportAll(client);
console.log('fhir-kit-client: create, read, update, patch, search, transaction, delete and export are as it expects them');
