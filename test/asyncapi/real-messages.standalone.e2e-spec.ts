import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEAD_LETTERS_TOPIC, EVENTS_TOPIC } from '@sluice/contracts';
import { openEventLog } from '@sluice/engines';
import type { LogRecord } from '@sluice/event-log';
import { Standalone, until } from '@sluice/test-kit';
import { misfits } from './message-check.js';

const seed = { device_id: 'dev-2', timestamp: '2025-09-09T17:00:00Z', data_payload: { gene_count: 12, zero: -0 } };

/** Records of every form; two of them take one key for two payloads, so that one is dead-lettered. */
const RECORDS = [
  seed,
  { ...seed, timestamp: '2025-09-09t19:00:00.250+02:00', data_payload: {} },
  { ...seed, device_id: 'lab.3:sequencer', data_payload: { run: { reads: [101, -9007199254740991, 1e-7, null] } } },
  { ...seed, record_id: 'run-17/sample 4', data_payload: { $where: '1', 'a.b': '\u{1f600}' } },
  { ...seed, record_id: 'taken', data_payload: { n: 1 } },
  { ...seed, record_id: 'taken', data_payload: { n: 2 } },
];

describe('The messages that Sluice really writes', () => {
  let system: Standalone;
  let events: LogRecord[];
  let deadLetters: LogRecord[];

  beforeAll(async () => {
    system = await Standalone.start();
    await send(RECORDS);
    await until('nothing waits in the buffer', async () => (await waiting()) === 0 || undefined);
    await system.end();
    events = await everythingOn(EVENTS_TOPIC);
    deadLetters = await everythingOn(DEAD_LETTERS_TOPIC);
  });
  afterAll(() => system.dispose());

  it('The messages that Sluice really writes are events as asyncapi.yaml describes them: headers, key and payload', () => {
    expect(events).toHaveLength(RECORDS.length);
    expect(events.flatMap((record) => misfits('ingestEvent', record))).toEqual([]);
  });

  it('The messages that Sluice really writes are stamped with received_at', () => {
    for (const { value, timestampMs } of events) {
      const { received_at } = JSON.parse(String(value)) as { received_at: string };
      expect(new Date(timestampMs).toISOString()).toBe(received_at);
    }
  });

  it('The messages that Sluice really writes are dead letters as asyncapi.yaml describes them', () => {
    expect(deadLetters).toHaveLength(1);
    expect(deadLetters.flatMap((record) => misfits('deadLetter', record))).toEqual([]);
  });

  it('The check of the messages fails for a message that does not match asyncapi.yaml', () => {
    const [event] = events as [LogRecord];
    const headers = { ...event.headers, 'schema-version': '2' };
    expect(misfits('ingestEvent', { ...event, headers })).toHaveLength(1);
    expect(misfits('ingestEvent', { ...event, key: Buffer.from('no*device') })).toHaveLength(1);
    expect(misfits('ingestEvent', { ...event, value: Buffer.from('{}') })).toHaveLength(5);
    expect(misfits('deadLetter', event)).toHaveLength(7);
  });

  async function send(records: readonly object[]): Promise<void> {
    const answer = await fetch(`${system.baseUrl}/ingest`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(records),
    });
    expect(answer.status).toBe(202);
    await answer.body?.cancel();
  }

  async function waiting(): Promise<number> {
    const answer = await fetch(`${system.baseUrl}/check-buffer`);
    return ((await answer.json()) as { waiting: number }).waiting;
  }

  /** The embedded log belongs to one process: this one, once the other has ended. */
  async function everythingOn(topic: string): Promise<LogRecord[]> {
    const timeouts = { publishTimeoutMs: 10_000, commitTimeoutMs: 10_000 };
    const log = await openEventLog({
      url: `file:${system.dataDir}`,
      clientId: 'test',
      replicationFactor: 1,
      ...timeouts,
    });
    const inspector = log.inspect({ group: 'test', topic });
    const positions = await inspector.positions();
    const records = positions.map(({ partition, low, high }) =>
      high === low ? [] : inspector.peek({ partition, fromOffset: low, toOffset: high, maxRecords: 100 }),
    );
    const all = (await Promise.all(records)).flat();
    await log.close();
    return all;
  }
});
