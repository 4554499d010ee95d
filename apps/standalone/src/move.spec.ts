import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RecordStore } from '@sluice/record-store';
import { fillService, moveFrom, runCommand } from './testing/moved-service.js';
import { StandaloneUnderTest } from './testing/standalone-under-test.js';

let root: string;
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'sluice-move-'))));
afterEach(() => rmSync(root, { recursive: true }));

const target = () => `file:${join(root, 'target')}`;

describe('sluice move', () => {
  it('A move copies records, dead letters, decisions and tokens of a stopped service, and verifies them', async () => {
    const source = join(root, 'source');
    const stored = await fillService(source);
    mkdirSync(join(root, 'target'));
    const { code, out } = await moveFrom(source, target(), target());
    expect(code).toBe(0);
    expect(out).toMatch(/records +31 +31 .* the same\ntokens +1 +1 .* the same\ndead letters +1 +1 .* the same/);
    const service = await StandaloneUnderTest.start({ DATA_DIR: join(root, 'target') });
    try {
      const store = service.app.get(RecordStore, { strict: false });
      for (const record of stored) {
        expect(await store.reader.find(record.device_id, record.record_id)).toEqual(record);
      }
      const [letter] = ((await (await fetch(`${service.url}/dead-letters`)).json()) as { letters: object[] }).letters;
      expect(letter).toMatchObject({ reason: 'key-conflict', disposition: { kind: 'discarded', why: 'moved along' } });
    } finally {
      await service.stop();
    }
  });

  it('A move continues where it stopped, and is harmless when it is run again', async () => {
    const source = join(root, 'source');
    await fillService(source);
    expect((await moveFrom(source, target(), target())).code).toBe(0);
    expect((await moveFrom(source, target(), target())).code).toBe(0);
  });

  it('A move that cannot run reports the cause in one sentence', async () => {
    const source = join(root, 'source');
    const refused = async (from: string, words: RegExp) => {
      const { code, notes } = await moveFrom(from, target(), target());
      expect({ code, notes }).toEqual({ code: 1, notes: expect.stringMatching(words) });
    };
    await refused(join(root, 'nowhere'), /^move: [^\n]*is missing; --from is the DATA_DIR[^\n]*$/);
    mkdirSync(source);
    const running = await StandaloneUnderTest.start({ DATA_DIR: source });
    await refused(source, /^move: [^\n]*is in use; stop the service first\.$/);
    await running.app.close();
    await fillService(join(root, 'target'));
    await refused(source, /^move: [^\n]*has records already; move to an empty one; [^\n]*$/);
    expect((await runCommand(`move --from ${source}`)).code).toBe(2);
  });
});
