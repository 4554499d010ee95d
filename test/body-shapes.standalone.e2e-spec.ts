import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { GatewayAlone, Standalone, until } from '@sluice/test-kit';
import { bodyShapes, honestBatch, type BodyShape } from '../tools/edge-load/body-shapes.js';

/** What Node takes for its heap in a container with the memory limit of the compose file, in MiB. */
const HEAP_MIB = 259;
const BODY_BYTES = 14_000_000;
/** Those that need most memory. */
const TOGETHER = [
  ['lists in lists', 'empty objects', 'one text of escapes', 'records of numbers'],
  ['records of empty lists', 'records of short texts', 'records of -0', 'records of keys that stay escaped'],
];

// Twenty bodies of 14 MB take their time on a busy machine.
jest.setTimeout(300_000);

const SETTINGS = { NODE_OPTIONS: `--max-old-space-size=${HEAP_MIB}`, MAX_BODY_BYTES: '16777216' };

let standalone: Standalone;
let gateway: GatewayAlone;
beforeAll(async () => {
  standalone = await Standalone.start(SETTINGS);
  gateway = await GatewayAlone.start(SETTINGS);
});
afterAll(async () => {
  await standalone.dispose();
  await gateway.stop();
});

const CODINGS = {
  identity: (body: Buffer) => body,
  gzip: (body: Buffer) => gzipSync(body, { level: 1 }),
  zstd: (body: Buffer) => zstdCompressSync(body),
};

type Coding = keyof typeof CODINGS;

interface Answer {
  status: number;
  code: string | undefined;
}

async function post(baseUrl: string, { mediaType }: BodyShape, body: Buffer, coding: Coding): Promise<Answer> {
  const headers = { 'content-type': mediaType, 'content-encoding': coding };
  const bytes = new Uint8Array(CODINGS[coding](body));
  const response = await fetch(`${baseUrl}/ingest`, { method: 'POST', headers, body: bytes });
  const { code } = (await response.json()) as { code?: string };
  return { status: response.status, code };
}

/** Accepted, refused as invalid, or asked to retry. */
function expectAnswered({ status, code }: Answer): void {
  expect(
    status === 202 || status === 207 || (status >= 400 && status < 500) || (status === 503 && code !== undefined),
  ).toBe(true);
}

async function expectAlive(): Promise<void> {
  const answer = await fetch(`${standalone.baseUrl}/health/live`);
  expect([answer.status, standalone.log]).toEqual([200, expect.not.stringMatching(/heap|FATAL|fault of this service/)]);
}

const codings = Object.keys(CODINGS) as Coding[];
const cases = bodyShapes.map((shape, index) => [shape.name, codings[index % codings.length]!, shape] as const);

describe('The gateway with expensive bodies', () => {
  it.each(cases)('The gateway survives %s (%s)', async (_name, coding, shape) => {
    expectAnswered(await post(gateway.baseUrl, shape, shape.make(BODY_BYTES), coding));
    expect([gateway.isRunning, gateway.log]).toEqual([true, '']);
  });
});

describe('Everything in one process with expensive bodies', () => {
  it.each(cases)('Everything in one process survives %s (%s)', async (_name, coding, shape) => {
    expectAnswered(await post(standalone.baseUrl, shape, shape.make(BODY_BYTES), coding));
    await expectAlive();
  });

  it.each(TOGETHER)('Everything in one process survives %s and three others at a time', async (...names) => {
    const shapes = bodyShapes.filter(({ name }) => names.includes(name));
    expect(shapes).toHaveLength(names.length);
    const answers = shapes.map((shape) => post(standalone.baseUrl, shape, shape.make(BODY_BYTES), 'gzip'));
    for (const answer of await Promise.all(answers)) expectAnswered(answer);
    await expectAlive();
  });

  it('Everything in one process accepts a normal batch afterwards', async () => {
    await until('an honest batch is accepted', async () => {
      const { status } = await post(standalone.baseUrl, honestBatch, honestBatch.make(BODY_BYTES / 10), 'gzip');
      return status === 202 ? true : undefined;
    });
    await expect(standalone.end()).resolves.toBe(0);
  });
});
