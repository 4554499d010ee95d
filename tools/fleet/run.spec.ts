import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { fleetOptions, FleetOptionError } from './options.js';
import { RunStop } from './run-stop.js';
import { runFleet, type RunResult } from './run.js';

type Stored = Record<string, unknown> & { device_id: string };

let server: Server | undefined;

afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
  server = undefined;
});

/** Answers a request to read instead of the gateway; `undefined`: as the gateway does. */
type Reading = (url: URL, response: ServerResponse) => object | undefined;

/** A gateway that keeps what `keep` says of each record, and acknowledges all of them. */
async function gatewayThatKeeps(
  keep: (record: Stored) => Stored[],
  reading: Reading = () => undefined,
): Promise<string> {
  const stored: Stored[] = [];
  const answer: Answering = (url, body, response) => {
    if (url.pathname !== '/ingest') {
      const ownRecords = stored.filter((one) => one.device_id === url.searchParams.get('device_id'));
      const usual = url.pathname === '/check-buffer' ? { waiting: 0 } : { records: ownRecords, next_cursor: null };
      return reading(url, response) ?? usual;
    }
    const records = JSON.parse(body) as Stored[];
    for (const record of records) stored.push(...keep({ ...record, stored_at: new Date().toISOString() }));
    return { results: records.map(({ record_id: id }, index) => ({ index, status: 'accepted', record_id: id })) };
  };
  server = createServer((request, response) => void answerWith(answer, request, response));
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}

type Answering = (url: URL, body: string, response: ServerResponse) => object;
const NEVER = {};

async function answerWith(answer: Answering, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  response.statusCode = request.method === 'POST' ? 202 : 200;
  const body = answer(new URL(request.url!, 'http://gateway'), Buffer.concat(chunks).toString(), response);
  if (body === NEVER) return;
  response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
}

/** A short run of small batches, so that none is large enough to be compressed. */
async function run(
  endpoint: string,
  more: string[] = [],
  stop = new RunStop(),
): Promise<{ result: RunResult; text: string }> {
  const args = ['--devices=5', '--rate=20', '--duration=300ms', '--seed=1', '--profile=sensor', '--fixed', ...more];
  const options = fleetOptions([...args, '--batch-records=2', '--batch-age=5ms', `--endpoints=${endpoint}`])!;
  const lines: string[] = [];
  const result = await runFleet(options, { write: (line) => lines.push(line) }, stop);
  return { result, text: lines.join('') };
}

/** As a store that is down has it answered. */
function unavailable(response: ServerResponse): object {
  response.statusCode = 503;
  return { code: 'store-unavailable', detail: 'The record store does not answer.' };
}

describe('A run of the fleet', () => {
  it('A run of the fleet reports that everything was kept, if that is so', async () => {
    const { result, text } = await run(await gatewayThatKeeps((record) => [record]));
    expect(text).toMatch(/kept: lost 0, doubled 0, phantoms 0, changed 0, reordered 0, misjudged 0/);
    expect(text).toContain('reading back the records of 5 devices');
    expect(result).toBe('kept');
  });

  it.each<[string, (record: Stored) => Stored[]]>([
    ['lost', () => []],
    ['doubled', (record) => [record, record]],
    ['changed', (record) => [{ ...record, data_payload: {} }]],
  ])('A run of the fleet names the records that a gateway has %s', async (finding, keep) => {
    const { result, text } = await run(await gatewayThatKeeps(keep));
    expect(text).toMatch(new RegExp(`BROKEN: .*${finding} [1-9]`));
    expect(text).toMatch(new RegExp(`  ${finding}: fleet-1-\\w+-\\d/`));
    expect(result).toBe('broken');
  });

  it('A run of the fleet requests a refused page again, until it is answered', async () => {
    let refusals = 2;
    const endpoint = await gatewayThatKeeps(
      (record) => [record],
      ({ pathname }, response) => (pathname === '/records' && refusals-- > 0 ? unavailable(response) : undefined),
    );
    expect((await run(endpoint)).result).toBe('kept');
    expect(refusals).toBeLessThan(0);
  });

  it('A run of the fleet ends a check that takes too long, and reports its progress and the failures', async () => {
    const endpoint = await gatewayThatKeeps(
      (record) => [record],
      ({ pathname }, response) => (pathname === '/records' ? unavailable(response) : undefined),
    );
    const { result, text } = await run(endpoint, ['--read-back=500ms']);
    expect(result).toBe('not-checked');
    expect(text).toContain(
      'reading back: 0 of 5 devices, 0 records; the last request failed: ' +
        'GET /records answered 503 store-unavailable (The record store does not answer.)',
    );
    expect(text).toMatch(/^NOT CHECKED: it took longer than 0.5 s \(--read-back\)\.$/m);
    expect(text).not.toMatch(/kept|BROKEN/);
  });

  it('A run of the fleet reports why the buffer does not drain', async () => {
    let isFirst = true;
    const endpoint = await gatewayThatKeeps(
      (record) => [record],
      ({ pathname }) => {
        if (pathname !== '/check-buffer') return undefined;
        if (isFirst) return ((isFirst = false), undefined);
        return { waiting: 7, reason: 'store_unreachable' };
      },
    );
    const { result, text } = await run(endpoint, ['--read-back=500ms']);
    expect(result).toBe('not-checked');
    expect(text).toContain('waiting until 7 records of the buffer are stored');
    expect(text).toContain('store_unreachable');
  });

  it('A run of the fleet ends at once by one Ctrl-C while it reads back, although a page hangs', async () => {
    const stop = new RunStop();
    const endpoint = await gatewayThatKeeps(
      (record) => [record],
      ({ pathname }) => {
        if (pathname !== '/records') return undefined;
        expect(stop.request()).toBe('run');
        return NEVER;
      },
    );
    const { result, text } = await run(endpoint, [], stop);
    expect(result).toBe('not-checked');
    expect(text).toMatch(/^NOT CHECKED: the run was ended by hand\.$/m);
  });

  it('A run of the fleet ends its reports by a Ctrl-C, and checks what was reported', async () => {
    const stop = new RunStop();
    expect(stop.request()).toBe('reports');
    const endpoint = await gatewayThatKeeps((record) => [record]);
    expect((await run(endpoint, ['--duration=1h'], stop)).result).toBe('kept');
  });

  it('A run of the fleet counts a Ctrl-C that arrives twice as one, and a later one as another', () => {
    const stop = new RunStop();
    const given = [1_000, 1_100, 2_000].map((nowMs) => stop.request(nowMs));
    expect(given).toEqual(['reports', undefined, 'run']);
    expect(stop.endOfRun.aborted).toBe(true);
  });

  it('A run of the fleet reports that the times until an acknowledgement include the wait for a batch', async () => {
    const { text } = await run(await gatewayThatKeeps((record) => [record]));
    expect(text).toMatch(/^p50 and p99 of acked: .* waits for a batch to fill up: up to 5 ms \(--batch-age\)\.$/m);
    expect(text).toMatch(/^waves of requests +not measured: devices have to report for at least 30 s$/m);
  });

  it('A run of the fleet does not begin if no gateway answers, and reports what to do', async () => {
    await expect(run('http://127.0.0.1:1')).rejects.toThrow(FleetOptionError);
    await expect(run('http://127.0.0.1:1')).rejects.toThrow(
      'http://127.0.0.1:1 does not answer. Start it with npm start, or name gateways that run by --endpoints.',
    );
  });
});
