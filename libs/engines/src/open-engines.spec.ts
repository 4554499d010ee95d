import { describe, expect, it } from '@jest/globals';
import { openEventLog } from './open-event-log.js';
import { openRecordStore } from './open-record-store.js';
import { openTokenStore } from './open-token-store.js';

const URL = 'redis://user:secret@host/';
const OPTIONS = { url: URL, clientId: 'test', timeoutMs: 100 };
const LOG_OPTIONS = { url: URL, clientId: 'test', publishTimeoutMs: 100, commitTimeoutMs: 100, replicationFactor: 1 };

describe('A URL that no engine can use', () => {
  it.each([
    ['an event log', () => openEventLog(LOG_OPTIONS)],
    ['a record store', () => openRecordStore(OPTIONS)],
    ['a token store', () => openTokenStore(OPTIONS)],
  ])('A URL that no engine can use is refused as invalid for %s, without being repeated', async (_engine, open) => {
    await expect(open()).rejects.toMatchObject({
      code: 'invalid-url',
      message: expect.not.stringContaining('secret'),
    });
  });
});
