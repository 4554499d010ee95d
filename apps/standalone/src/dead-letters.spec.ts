import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AccessGate } from '@sluice/gateway';
import { RecordStore } from '@sluice/record-store';
import { bearer, TokenDirectory } from '@sluice/operator/testing';
import { until } from '@sluice/test-kit';
import { StandaloneUnderTest } from './testing/standalone-under-test.js';

const directory = new TokenDirectory();
let standalone: StandaloneUnderTest;
let operator = '';
let device = '';

beforeAll(async () => {
  operator = await directory.create('--operator');
  device = await directory.create('--pattern dev-*');
  standalone = await StandaloneUnderTest.start({ AUTH: 'tokens', RECORD_STORE_URL: directory.url });
  await standalone.app.get(AccessGate, { strict: false }).feed!.refresh();
});
afterAll(async () => {
  await standalone.stop();
  directory.remove();
});

interface Answer {
  status: number;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  body: any;
}

async function ask(method: string, path: string, body?: object, token = operator): Promise<Answer> {
  const json = body === undefined ? {} : { 'content-type': 'application/json' };
  const response = await fetch(standalone.url + path, {
    method,
    headers: { ...bearer(token), ...json },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

/** Sends one record twice with different payloads: the second becomes a dead letter. */
async function makeConflict(recordId: string, deviceId = 'dev-2'): Promise<void> {
  const record = { device_id: deviceId, timestamp: '2025-09-09T17:00:00Z', record_id: recordId };
  for (const count of [1, 2]) {
    const sent = await ask('POST', '/ingest', { ...record, data_payload: { count } }, device);
    expect(sent.status).toBe(202);
  }
  await until(
    'the letter is there',
    async () => (await lettersOf(deviceId)).some(({ record_id }) => record_id === recordId),
    {},
  );
}

async function lettersOf(deviceId: string): Promise<{ partition: number; offset: number; record_id: string }[]> {
  return (await ask('GET', `/dead-letters?device_id=${deviceId}`)).body.letters;
}

describe('Dead letters on the address of the service', () => {
  it('Dead letters are for operators only', async () => {
    for (const [method, path] of [
      ['GET', '/dead-letters'],
      ['GET', '/redrives'],
      ['GET', '/audit'],
      ['DELETE', '/redrives/x'],
    ] as const) {
      expect((await ask(method, path, undefined, device)).status).toBe(403);
    }
    expect((await ask('GET', '/records')).status).toBe(403);
  });

  it('Dead letters have their reason, value and bytes, and a conflict shows both records', async () => {
    await makeConflict('shown');
    const { status, body } = await ask('GET', '/dead-letters?reason=key-conflict&device_id=dev-2');
    expect(status).toBe(200);
    const [letter] = body.letters;
    expect(letter).toMatchObject({ reason: 'key-conflict', device_id: 'dev-2', record_id: 'shown', disposition: null });
    const one = await ask('GET', `/dead-letters/${letter.partition}/${letter.offset}`);
    expect(one.body).toMatchObject({
      check: { would: 'fail', reason: 'key-conflict' },
      stored: { record_id: 'shown', data_payload: { count: 1 } },
      headers: { 'dead-letter-reason': 'key-conflict' },
    });
    const value = JSON.parse(Buffer.from(one.body.value_base64, 'base64').toString()) as { data_payload: object };
    expect(value.data_payload).toEqual({ count: 2 });
  });

  it('Dead letters are counted by reason, device prefix and hour', async () => {
    const { body } = await ask('GET', '/dead-letters/summary');
    expect(body).toMatchObject({ partial: false, by_reason: { 'key-conflict': expect.any(Number) } });
    expect(body.groups[0]).toMatchObject({ reason: 'key-conflict', device_prefix: 'dev-*', hour: expect.any(String) });
  });

  it('A dead letter can be discarded with a reason, and stays in the topic', async () => {
    await makeConflict('unwanted', 'dev-3');
    const { partition, offset } = (await lettersOf('dev-3'))[0]!;
    const path = `/dead-letters/${partition}/${offset}`;
    expect((await ask('POST', `${path}/discard`, {})).body).toMatchObject({ errors: [{ pointer: '/why' }] });
    const discarded = await ask('POST', `${path}/discard`, { why: 'a test device' });
    expect(discarded).toMatchObject({
      status: 200,
      body: { disposition: { kind: 'discarded', why: 'a test device' } },
    });
    expect((await ask('GET', path)).body).toMatchObject({ record_id: 'unwanted', disposition: { kind: 'discarded' } });
    const plan = await ask('POST', '/redrives', { filter: { device_id: 'dev-3' }, dry_run: true });
    expect(plan.body.counts).toMatchObject({ matched: 0, skipped: 1 });
  });

  it('Dead letters are redriven by a plan with an edit, and stored under the new key', async () => {
    await makeConflict('taken', 'dev-4');
    const edit = [{ op: 'replace', path: '/record_id', value: 'taken-again' }];
    const without = await ask('POST', '/redrives', { filter: { device_id: 'dev-4' }, dry_run: true });
    expect(without.body.counts).toMatchObject({ would_pass: 0, would_fail: 1 });
    const plan = await ask('POST', '/redrives', { filter: { device_id: 'dev-4' }, edit, dry_run: true });
    expect(plan.body.counts).toMatchObject({ would_pass: 1, would_fail: 0 });
    const { status, body } = await ask('POST', '/redrives', { plan_hash: plan.body.plan_hash });
    expect({ status, state: body.state, lease: body.lease }).toEqual({
      status: 200,
      state: 'running',
      lease: undefined,
    });
    const done = await until(
      'the redrive is done and its event stored',
      async () => {
        const redrive = (await ask('GET', `/redrives/${body.id}`)).body;
        return redrive.verdict?.complete === true && redrive;
      },
      {},
    );
    expect(done).toMatchObject({ state: 'done', counts: { published: 1 }, verdict: { stored: 1, came_back: 0 } });
    const store = standalone.app.get(RecordStore, { strict: false });
    expect((await store.reader.find('dev-4', 'taken-again'))?.data_payload).toEqual({ count: 2 });
  });

  it('A redrive needs an existing plan', async () => {
    const unplanned = await ask('POST', '/redrives', { filter: { device_id: 'dev-4' } });
    expect(unplanned).toMatchObject({ status: 400, body: { errors: [{ pointer: '/dry_run' }] } });
    const everything = await ask('POST', '/redrives', { filter: {}, dry_run: true });
    expect(everything).toMatchObject({ status: 400, body: { errors: [{ pointer: '/filter' }] } });
    expect((await ask('POST', '/redrives', { plan_hash: '0'.repeat(64) })).status).toBe(404);
    expect((await ask('GET', '/redrives/none')).status).toBe(404);
  });

  it('The endpoints accept no body that a page of another origin could send without a preflight', async () => {
    const headers = { ...bearer(operator), 'content-type': 'text/plain' };
    const response = await fetch(`${standalone.url}/redrives`, { method: 'POST', headers, body: '{}' });
    expect(response.status).toBe(415);
  });

  it('The audit trail has each use and its user', async () => {
    const rows = (await ask('GET', '/audit?limit=500')).body.entries as Record<string, unknown>[];
    const actions = new Set(rows.map(({ action }) => action));
    for (const action of ['dead-letters.list', 'dead-letters.show', 'dead-letters.summary', 'dead-letters.discard'])
      expect(actions).toContain(action);
    for (const action of ['redrive.plan', 'redrive.start'])
      expect(rows.find((row) => row['action'] === action)).toMatchObject({ plan_hash: expect.any(String) });
    for (const { who, at } of rows) {
      expect(who).toMatch(/^token [0-9a-f]{12}$/);
      expect(at).toMatch(/^\d{4}-/);
    }
  });
});
