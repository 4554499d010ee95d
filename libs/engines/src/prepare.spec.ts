import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { DEFAULT_NAMES, EventLogError, type EventLog } from '@sluice/event-log';
import { RecordStoreError, type RecordStore, type StoreTroubleCode } from '@sluice/record-store';
import { openEventLog } from './open-event-log.js';
import { openRecordStore } from './open-record-store.js';
import { prepare, prepareWhenAvailable } from './prepare.js';

const NEVER = new EventLogError('unavailable', 'The event log is not up yet.');
const storeError = (code: StoreTroubleCode) =>
  new RecordStoreError('unavailable', `The store: ${code}.`, { trouble: { code, sentence: 'call somebody' } });

/** Steps that fail with these errors, one after the other, the last one for ever. */
function failing(...errors: (Error | undefined)[]) {
  let calls = 0;
  const step = async (): Promise<void> => {
    const error = errors[Math.min(calls++, errors.length - 1)];
    if (error !== undefined) throw error;
  };
  return { step, calls: () => calls };
}

function prepared(log: ReturnType<typeof failing>, store: ReturnType<typeof failing>) {
  const waits: string[] = [];
  const options = { onWaiting: ({ message }: Error) => void waits.push(message), retryDelayMs: 1 };
  const ended = prepareWhenAvailable(
    { createTopics: log.step, names: DEFAULT_NAMES } as unknown as EventLog,
    { prepare: store.step } as unknown as RecordStore,
    { events: { partitions: 12 }, deadLetters: { partitions: 12 } },
    options,
  );
  return { ended, waits };
}

describe('The init step', () => {
  it.each<StoreTroubleCode>(['authentication', 'authorization', 'certificate'])(
    'The init step ends at once on a store with a wrong %s, although the event log is not up yet',
    async (code) => {
      const store = failing(storeError(code));
      await expect(prepared(failing(NEVER), store).ended).rejects.toThrow(`The store: ${code}.`);
      expect(store.calls()).toBe(1);
    },
  );

  it.each<StoreTroubleCode>(['refused', 'dns', 'timeout', 'not-primary', 'network', 'unknown'])(
    'The init step waits for an unavailable store (%s), and reports it once',
    async (code) => {
      const store = failing(storeError(code), storeError(code), undefined);
      const { ended, waits } = prepared(failing(undefined), store);
      await ended;
      expect(store.calls()).toBe(3);
      expect(waits).toEqual([`The store: ${code}.`]);
    },
  );

  it('The init step creates nothing with TOPICS=expect, and lists all differences in one error', async () => {
    const [made, log, store] = [
      failing(undefined),
      {
        topicDifferences: async () => ['The topic is missing. Run a'],
        createTopics: () => made.step(),
        names: DEFAULT_NAMES,
      },
      { missing: async () => ['An index is missing. Run b'], prepare: () => made.step() },
    ];
    const partitions = { isExpected: true, events: { partitions: 12 }, deadLetters: { partitions: 12 } };
    const ended = prepareWhenAvailable(log as unknown as EventLog, store as unknown as RecordStore, partitions, {
      onWaiting: () => {},
    });
    await expect(ended).rejects.toThrow('The topic is missing. Run a\nAn index is missing. Run b');
    expect(made.calls()).toBe(0);
  });

  it('The init step creates topics and tables in files even if they are only expected, because no other process can', async () => {
    const url = `file:${await mkdtemp(join(tmpdir(), 'prepare-'))}`;
    const log = await openEventLog({ url, clientId: 'suite', publishTimeoutMs: 1_000, commitTimeoutMs: 1_000 });
    const store = await openRecordStore({ url, clientId: 'suite', timeoutMs: 1_000 });
    await prepare(log, store, { isExpected: true, events: { partitions: 2 }, deadLetters: { partitions: 1 } });
    await expect(log.requireTopics([log.names.events, log.names.deadLetters])).resolves.toBeUndefined();
    await Promise.all([log.close(), store.close()]);
  });

  it('The init step ends at once if waiting cannot repair the event log', async () => {
    const fatal = new EventLogError('fatal', 'The brokers refuse the login.');
    await expect(prepared(failing(fatal), failing(undefined)).ended).rejects.toBe(fatal);
  });
});
