import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { stringifyExact, type JsonObject } from '@sluice/contracts';
import { COMMANDS } from '../commands.js';
import { sluice } from '../sluice.js';
// Loaded before the first test: a command is loaded when it is first used.
import './export.command.js';

const directory = mkdtempSync(join(tmpdir(), 'sluice-export-'));
const asked: string[] = [];
let answers: ((response: ServerResponse) => void)[] = [];

const server = createServer((request, response) => {
  asked.push(request.url!);
  (answers.shift() ?? ((other) => other.writeHead(500).end()))(response);
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(directory, { recursive: true });
});
beforeEach(() => {
  asked.length = 0;
  answers = [];
});

let files = 0;
const newFile = (): string => join(directory, `${files++}.out`);

async function run(...args: string[]) {
  const [out, notes]: string[][] = [[], []];
  const output = { out: (line: string) => void out!.push(line), note: (line: string) => void notes!.push(line) };
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  const code = await sluice(['export', ...args], COMMANDS, { env: { SLUICE_URL: url }, output });
  return { code, out: out!.join('\n'), notes: notes!.join('\n') };
}

const lineOf = (record_id: string, data_payload: JsonObject = {}): string =>
  stringifyExact({
    ...{ device_id: 'a/b c', record_id, timestamp: '2025-09-09T19:00:00+02:00' },
    ...{ received_at: '2025-09-09T17:00:01.000Z', stored_at: '2025-09-09T17:00:02.000Z', data_payload },
  });
const endOf = (records: number): string => JSON.stringify({ sluice_end: { complete: true, records } });
const all =
  (...lines: string[]) =>
  (response: ServerResponse) =>
    response.end(`${lines.join('\n')}\n`);
const cut = (text: string) => (response: ServerResponse) => response.write(text, () => response.destroy());

describe('sluice export', () => {
  it('The command sluice export writes the records and nothing else, and names the file when it is complete', async () => {
    answers = [all(lineOf('1'), '{"sluice_cursor":"x"}', lineOf('2'), endOf(2))];
    const path = newFile();
    const { code, out, notes } = await run('--out', path, '--device', 'a/b c', '--from', '2025-09-09T00:00:00Z');
    expect([code, out]).toEqual([0, path]);
    expect(notes).toContain('complete, 2 records');
    expect(readFileSync(path, 'utf8')).toBe(`${lineOf('1')}\n${lineOf('2')}\n`);
    expect(asked).toEqual(['/export?device_id=a%2Fb+c&from=2025-09-09T00%3A00%3A00Z']);
    expect(existsSync(`${path}.partial`)).toBe(false);
  });

  it('The command sluice export continues after the last whole record where the answer breaks off', async () => {
    answers = [cut(`${lineOf('1')}\n${lineOf('2').slice(0, 20)}`), all(lineOf('2'), endOf(1))];
    const path = newFile();
    const { code, notes } = await run('--out', path, '--device', 'a/b c');
    expect(code).toBe(0);
    expect(notes).toMatch(/going on in 1 s/);
    expect(readFileSync(path, 'utf8')).toBe(`${lineOf('1')}\n${lineOf('2')}\n`);
    expect(new URL(asked[1]!, 'http://x').searchParams.get('after')).toBe('a%2Fb%20c/1');
  });

  it('The command sluice export does not accept an answer without its last line as complete', async () => {
    answers = [all(lineOf('1')), all(endOf(0))];
    const path = newFile();
    expect((await run('--out', path, '--device', 'a/b c')).code).toBe(0);
    expect(asked).toHaveLength(2);
  });

  it('The command sluice export continues the file of an earlier run, after its last whole line', async () => {
    const path = newFile();
    writeFileSync(`${path}.partial`, `${lineOf('1')}\n${lineOf('2')}\n{"device`);
    expect(await run('--out', path, '--device', 'a/b c')).toMatchObject({
      code: 2,
      notes: expect.stringMatching(/--resume/),
    });
    answers = [all(lineOf('3'), endOf(1))];
    expect((await run('--out', path, '--device', 'a/b c', '--resume')).code).toBe(0);
    expect(readFileSync(path, 'utf8')).toBe(`${['1', '2', '3'].map((id) => lineOf(id)).join('\n')}\n`);
    expect(asked[0]).toContain('after=a%252Fb%2520c%2F2');
  });

  it('The command sluice export writes Parquet with the requested columns', async () => {
    const large = 2n ** 60n;
    answers = [all(lineOf('1', { temp: 21.5, big: large }), lineOf('2', { temp: 'x' }), endOf(2))];
    const path = newFile();
    const { code } = await run(
      '--out',
      path,
      '--device',
      'a/b c',
      '--parquet',
      '--column',
      '/temp',
      '--column',
      '/none',
    );
    expect(code).toBe(0);
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(path) });
    expect(rows).toEqual([
      {
        ...{ device_id: 'a/b c', record_id: '1', timestamp: new Date('2025-09-09T17:00:00Z') },
        ...{ timestamp_text: '2025-09-09T19:00:00+02:00', timestamp_sent: null, timestamp_source: null },
        ...{ received_at: new Date('2025-09-09T17:00:01Z'), stored_at: new Date('2025-09-09T17:00:02Z') },
        ...{ data_payload: `{"temp":21.5,"big":${large}}`, '/temp': 21.5, '/none': null },
      },
      expect.objectContaining({ record_id: '2', '/temp': null }),
    ]);
  });

  it('The command sluice export prints the reason of the service when it refuses', async () => {
    const problem = { detail: 'to must be later.', errors: [{ pointer: '?to', detail: 'later' }] };
    answers = [
      (response) =>
        response.writeHead(400, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem)),
    ];
    const { code, notes } = await run('--out', newFile(), '--from', 'x');
    expect([code, notes]).toEqual([1, expect.stringContaining('to must be later. ?to: later')]);
    expect(asked).toHaveLength(1);
  });

  it.each([
    [[], /name the file/],
    [['--out', 'x'], /say which records/],
    [['--out', 'x', '--device', 'a', '--column', '/a'], /--column is for --parquet/],
    [['--out', 'x', '--device', 'a', '--parquet', '--resume'], /--resume is for NDJSON/],
    [['--out', 'x', '--device', 'a', '--parquet', '--column', 'temp'], /JSON Pointer/],
    [['--out', directory, '--device', 'a'], /is there already/],
    [['--out', 'x', '--device', 'a', 'more'], /is not understood/],
  ])('The command sluice export refuses %j', async (args, message) => {
    const { code, notes } = await run(...args);
    expect([code, notes]).toEqual([2, expect.stringMatching(message)]);
    expect(asked).toEqual([]);
  });
});
