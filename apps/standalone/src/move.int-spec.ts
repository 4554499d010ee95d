import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { openRecordStore, openTokenStore } from '@sluice/engines';
import { fillService, moveFrom } from './testing/moved-service.js';

jest.setTimeout(120_000);

let root: string;
beforeAll(() => void (root = mkdtempSync(join(tmpdir(), 'sluice-move-'))));
afterAll(() => rmSync(root, { recursive: true }));

function required(key: string): string {
  const value = process.env[key];
  if (value === undefined) throw new Error(`Set ${key} to run this suite.`);
  return value;
}

it('The command sluice move copies the files of a one-process service to Kafka and MongoDB, and verifies it', async () => {
  const stored = await fillService(root);
  const url = new URL(required('MONGO_URL'));
  url.pathname = `/move-${randomUUID()}`;
  const kafka = `kafka://${required('KAFKA_BROKERS')}`;
  const first = await moveFrom(root, url.href, kafka);
  expect(first).toMatchObject({ code: 0, out: expect.stringMatching(/records +31 +31 .* the same\ntokens +1 +1 /) });
  expect((await moveFrom(root, url.href, kafka)).code).toBe(0);
  const options = { url: url.href, clientId: 'suite', timeoutMs: 10_000 };
  const store = await openRecordStore(options);
  const tokens = await openTokenStore(options);
  try {
    for (const record of stored) expect(await store.reader.find(record.device_id, record.record_id)).toEqual(record);
    expect(await tokens.list()).toHaveLength(1);
    expect(await store.documents.count('dispositions', {})).toBe(1);
  } finally {
    await Promise.all([store.close(), tokens.close()]);
  }
});
