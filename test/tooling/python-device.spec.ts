import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const SCRIPT = join(import.meta.dirname, '../../examples/python-device/device.py');

interface Sent {
  record_id: string;
  device_id: string;
  data_payload: { n: number };
}

/** A gateway that answers as the test says; by default it accepts everything. */
let server: Server;
let requests: { records: Sent[]; token: string | undefined }[];
interface Answer {
  status: number;
  body: object;
  retryAfter?: number;
}
let answers: ((records: Sent[]) => Answer)[];
let directory: string;
beforeEach(async () => {
  [requests, answers] = [[], []];
  directory = mkdtempSync(join(tmpdir(), 'sluice-python-'));
  server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const records = JSON.parse(gunzipSync(body).toString()) as Sent[];
      requests.push({ records, token: request.headers.authorization });
      const { status, body: answer, retryAfter } = (answers.shift() ?? accepted)(records);
      if (retryAfter !== undefined) response.setHeader('retry-after', retryAfter);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.close();
  rmSync(directory, { recursive: true });
});

const accepted = (records: Sent[]): Answer => ({
  status: 202,
  body: { results: records.map(({ record_id }, index) => ({ index, status: 'accepted', record_id })) },
});
const unavailable = () => ({ status: 503, body: { code: 'log-unavailable' }, retryAfter: 1 });

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Runs the example with a payload on each line. @returns what it prints */
async function run(lines: object[], ...more: string[]): Promise<string> {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const child = spawn('python3', [SCRIPT, url, 'lab-7:py', ...more], {
    cwd: directory,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.on('data', (chunk) => (out += String(chunk)));
  child.stdin.end(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  await once(child, 'close');
  return out.trim();
}

describe('examples/python-device', () => {
  it('examples/python-device reports in one batch, with its token', async () => {
    expect(await run([{ n: 1 }, { n: 2 }], 'sluice_token')).toBe('0 records are left, 0 were rejected');
    expect(requests).toHaveLength(1);
    expect(requests[0]!.token).toBe('Bearer sluice_token');
    expect(requests[0]!.records.map(({ device_id, data_payload }) => [device_id, data_payload.n])).toEqual([
      ['lab-7:py', 1],
      ['lab-7:py', 2],
    ]);
  });

  it('examples/python-device repeats the same ids after a 503, and only the unsettled ones after a 207', async () => {
    answers = [
      unavailable,
      ([first]) => ({
        status: 207,
        body: { results: [{ index: 0, status: 'accepted', record_id: first!.record_id }] },
      }),
    ];
    expect(await run([{ n: 1 }, { n: 2 }])).toBe('0 records are left, 0 were rejected');
    const ids = requests.map(({ records }) => records.map(({ record_id }) => record_id));
    expect(ids[1]).toEqual(ids[0]);
    expect(ids[2]).toEqual([ids[0]![1]]);
  }, 20_000);

  it('examples/python-device puts rejected records aside', async () => {
    answers = [
      ([, second]) => ({
        status: 207,
        body: {
          results: [
            { index: 0, status: 'rejected', problem: { code: 'invalid-record' } },
            { index: 1, status: 'accepted', record_id: second!.record_id },
          ],
        },
      }),
    ];
    expect(await run([{ n: 1 }, { n: 2 }])).toBe('0 records are left, 1 were rejected');
  });

  it('examples/python-device halves a request that is too large until one record is alone', async () => {
    const tooLarge = (records: Sent[]) =>
      records.some(({ data_payload }) => data_payload.n === 3)
        ? { status: 413, body: { code: 'body-too-large' } }
        : accepted(records);
    answers = Array.from({ length: 20 }, () => tooLarge);
    expect(await run([1, 2, 3, 4].map((n) => ({ n })))).toBe('0 records are left, 1 were rejected');
    const settled = requests.filter(({ records }) => !records.some(({ data_payload }) => data_payload.n === 3));
    expect(settled.flatMap(({ records }) => records.map(({ data_payload }) => data_payload.n))).toEqual([1, 2, 4]);
  });
});
