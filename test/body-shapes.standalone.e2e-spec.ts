import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { bodyShapes, honestBatch, type BodyShape } from '../tools/edge-load/body-shapes.js';
import { Standalone } from '@sluice/test-kit';

/** What Node takes for its heap in a container with the memory limit of the compose file, in MiB. */
const HEAP_MIB = 259;
const BODY_BYTES = 14_000_000;
const AT_ONCE = 4;

// Twenty bodies of 14 MB take their time on a busy machine.
jest.setTimeout(300_000);

let standalone: Standalone;
beforeAll(async () => {
  standalone = await Standalone.start({ NODE_OPTIONS: `--max-old-space-size=${HEAP_MIB}`, MAX_BODY_BYTES: '16777216' });
});
afterAll(() => standalone.dispose());

const CODINGS = {
  identity: (body: Buffer) => body,
  gzip: (body: Buffer) => gzipSync(body, { level: 1 }),
  zstd: (body: Buffer) => zstdCompressSync(body),
};

interface Answer {
  status: number;
  code: string | undefined;
}

async function post({ mediaType }: BodyShape, body: Buffer, coding: keyof typeof CODINGS): Promise<Answer> {
  const headers = { 'content-type': mediaType, 'content-encoding': coding };
  const bytes = new Uint8Array(CODINGS[coding](body));
  const response = await fetch(`${standalone.baseUrl}/ingest`, { method: 'POST', headers, body: bytes });
  const { code } = (await response.json()) as { code?: string };
  return { status: response.status, code };
}

/** Taken, refused for what it is, or told to come back. */
function expectAnswered({ status, code }: Answer): void {
  expect(
    status === 202 || status === 207 || (status >= 400 && status < 500) || (status === 503 && code !== undefined),
  ).toBe(true);
}

async function expectAlive(): Promise<void> {
  const answer = await fetch(`${standalone.baseUrl}/health/live`);
  expect([answer.status, standalone.log]).toEqual([200, expect.not.stringMatching(/heap|FATAL|reason of our own/)]);
}

describe('the process outlives', () => {
  const codings = Object.keys(CODINGS) as (keyof typeof CODINGS)[];
  const cases = bodyShapes.map((shape, index) => [shape.name, codings[index % codings.length]!, shape] as const);

  it.each(cases)('%s (%s)', async (_name, coding, shape) => {
    expectAnswered(await post(shape, shape.make(BODY_BYTES), coding));
    await expectAlive();
  });

  it('several of them at a time', async () => {
    for (let from = 0; from < bodyShapes.length; from += AT_ONCE) {
      const shapes = bodyShapes.slice(from, from + AT_ONCE);
      const answers = shapes.map((shape) => post(shape, shape.make(BODY_BYTES), 'gzip'));
      for (const answer of await Promise.all(answers)) expectAnswered(answer);
    }
    await expectAlive();
  });

  it('and takes an honest batch afterwards', async () => {
    const { status } = await post(honestBatch, honestBatch.make(BODY_BYTES / 10), 'gzip');
    expect(status).toBe(202);
    await expect(standalone.end()).resolves.toBe(0);
  });
});
