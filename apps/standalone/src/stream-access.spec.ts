import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { issueToken, revokeToken, type Token } from '@sluice/ingest';
import type { JsonObject } from '@sluice/contracts';
import { AccessGate } from '@sluice/gateway';
import { openTokenStore } from '@sluice/engines';
import type { TokenStore } from '@sluice/record-store';
import { StandaloneUnderTest } from './testing/standalone-under-test.js';

const directory = mkdtempSync(join(tmpdir(), 'sluice-streams-'));
const url = `file:${directory}`;
let standalone: StandaloneUnderTest;
let store: TokenStore;

beforeAll(async () => {
  store = await openTokenStore({ url, clientId: 'suite', timeoutMs: 5_000 });
  standalone = await StandaloneUnderTest.start({ AUTH: 'tokens', RECORD_STORE_URL: url });
});
afterAll(async () => {
  await standalone.stop();
  await store.close();
  rmSync(directory, { recursive: true });
});

/** Stores the token and has the gateway read it. */
async function hold({ id, version, ...content }: Token): Promise<void> {
  await store.put({ id, version, content: content as unknown as JsonObject });
  await standalone.app.get(AccessGate, { strict: false }).feed!.refresh();
}

describe('A stream of the whole pipeline in one process', () => {
  it.each(['/events/tail?device_id=dev-2', '/events/tail', '/status/events'])(
    'A stream ends with the reason when its token is revoked: %s',
    async (path) => {
      const { token, text } = issueToken({ kind: 'readers' }, Date.now());
      await hold(token);
      const stream = await fetch(standalone.url + path, { headers: { authorization: `Bearer ${text}` } });
      expect(stream.status).toBe(200);
      await hold(revokeToken(token, Date.now()));
      const [last] = /event: end\ndata: (.*)\n\n$/.exec(await stream.text())!.slice(1);
      expect(JSON.parse(last!)).toMatchObject({ reason: 'token-revoked' });
    },
  );
});
