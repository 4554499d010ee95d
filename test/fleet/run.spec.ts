import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { fleetOptions, FleetOptionError } from './options.js';
import { runFleet } from './run.js';

type Stored = Record<string, unknown> & { device_id: string };

let server: Server | undefined;

afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
  server = undefined;
});

/** A gateway that keeps what `keep` says of each record, and acknowledges all of them. */
async function gatewayThatKeeps(keep: (record: Stored) => Stored[]): Promise<string> {
  const stored: Stored[] = [];
  const answer = (url: URL, body: string): object => {
    if (url.pathname === '/check-buffer') return { waiting: 0 };
    if (url.pathname !== '/ingest')
      return {
        records: stored.filter((one) => one.device_id === url.searchParams.get('device_id')),
        next_cursor: null,
      };
    const records = JSON.parse(body) as Stored[];
    for (const record of records) stored.push(...keep({ ...record, stored_at: new Date().toISOString() }));
    return { results: records.map(({ record_id: id }, index) => ({ index, status: 'accepted', record_id: id })) };
  };
  server = createServer((request, response) => void answerWith(answer, request, response));
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}

async function answerWith(
  answer: (url: URL, body: string) => object,
  request: IncomingMessage,
  response: ServerResponse,
) {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = JSON.stringify(answer(new URL(request.url!, 'http://gateway'), Buffer.concat(chunks).toString()));
  response.writeHead(request.method === 'POST' ? 202 : 200, { 'content-type': 'application/json' }).end(text);
}

/** A short run of small batches, so that none is large enough to be compressed. */
async function run(endpoint: string): Promise<{ isKept: boolean; text: string }> {
  const args = ['--devices=5', '--rate=20', '--duration=300ms', '--seed=1', '--profile=sensor', '--fixed'];
  const options = fleetOptions([...args, '--batch-records=2', '--batch-age=5ms', `--endpoints=${endpoint}`])!;
  const lines: string[] = [];
  const isKept = await runFleet(options, { write: (line) => lines.push(line) }, new AbortController().signal);
  return { isKept, text: lines.join('') };
}

describe('a run of the fleet', () => {
  it('says that everything was kept, where it was', async () => {
    const { isKept, text } = await run(await gatewayThatKeeps((record) => [record]));
    expect(text).toMatch(/kept: lost 0, doubled 0, phantoms 0, changed 0, reordered 0, misjudged 0/);
    expect(isKept).toBe(true);
  });

  it.each<[string, (record: Stored) => Stored[]]>([
    ['lost', () => []],
    ['doubled', (record) => [record, record]],
    ['changed', (record) => [{ ...record, data_payload: {} }]],
  ])('names the records that a gateway has %s', async (finding, keep) => {
    const { isKept, text } = await run(await gatewayThatKeeps(keep));
    expect(text).toMatch(new RegExp(`BROKEN: .*${finding} [1-9]`));
    expect(text).toMatch(new RegExp(`  ${finding}: fleet-1-\\w+-\\d/`));
    expect(isKept).toBe(false);
  });

  it('does not begin where nothing answers, and says what to do', async () => {
    await expect(run('http://127.0.0.1:1')).rejects.toThrow(FleetOptionError);
    await expect(run('http://127.0.0.1:1')).rejects.toThrow(
      'http://127.0.0.1:1 does not answer. Start it with npm start, or name gateways that run by --endpoints.',
    );
  });
});
