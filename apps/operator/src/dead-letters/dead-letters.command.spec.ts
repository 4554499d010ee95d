import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { COMMANDS } from '../commands.js';
import { sluice } from '../sluice.js';

/** What the service was asked, and what it answers next: status and body. */
const asked: { request: string; body: string; authorization: string | undefined }[] = [];
let answers: [number, unknown][] = [];
const directory = mkdtempSync(join(tmpdir(), 'sluice-redrive-'));

const server = createServer((request: IncomingMessage, response) => {
  let body = '';
  request.on('data', (part: Buffer) => (body += part.toString()));
  request.on('end', () => {
    asked.push({ request: `${request.method} ${request.url}`, body, authorization: request.headers.authorization });
    const [status, answer] = answers.shift() ?? [500, 'nothing more to say'];
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
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

async function run(args: string, env: NodeJS.ProcessEnv = {}) {
  const [out, notes]: string[][] = [[], []];
  const output = { out: (line: string) => void out!.push(line), note: (line: string) => void notes!.push(line) };
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  const context = { env: { SLUICE_URL: url, ...env }, output };
  const code = await sluice(args.split(' ').filter(Boolean), COMMANDS, context);
  return { code, out: out!.join('\n'), notes: notes!.join('\n') };
}

const LETTER = {
  partition: 3,
  offset: 17,
  reason: 'key-conflict',
  detail: 'another \u001b[31mpayload',
  device_id: 'dev-2',
  record_id: 'r-1',
  dead_lettered_at: '2025-09-09T17:00:00.000Z',
  size_bytes: 120,
  redrive_count: 0,
  value: '{}',
  disposition: null,
};
const REDRIVE = {
  id: '01992f6b',
  state: 'done',
  counts: { read: 3, matched: 3, published: 2, skipped: 0, refused: 0, gone: 0 },
  refused_by_reason: {},
  waiting_for: null,
  created_at: '2025-09-09T17:00:00.000Z',
  actor: 'token 1',
  verdict: { complete: true, stored: 2, came_back: 0, waiting: 0 },
};

describe('sluice dead-letters', () => {
  it('The command sluice dead-letters ls prints a table without terminal control characters, and how to continue', async () => {
    answers = [[200, { letters: [LETTER], has_more: true, next_cursor: 'abc', partial: false }]];
    const { code, out, notes } = await run('dead-letters ls --reason key-conflict --device dev-2 --limit 1');
    expect(asked[0]!.request).toBe('GET /dead-letters?reason=key-conflict&device_id=dev-2&limit=1');
    expect(code).toBe(0);
    expect(out).toMatch(/^LETTER +REASON +DEVICE .*\n3\/17 +key-conflict +dev-2 +r-1 .* none .*\\u001b\[31mpayload$/);
    expect(notes).toContain('--cursor abc');
  });

  it('The command sluice dead-letters ls --all reads every page, with one head', async () => {
    answers = ['abc', null].map((next_cursor) => [
      200,
      { letters: [LETTER], has_more: next_cursor !== null, next_cursor },
    ]);
    const { out } = await run('dead-letters ls --all');
    expect(asked.map(({ request }) => request)).toEqual(['GET /dead-letters', 'GET /dead-letters?cursor=abc']);
    expect(out.split('\n')).toHaveLength(3);
  });

  it('The command sluice dead-letters --json prints what the service answers', async () => {
    answers = [[200, { letters: [], has_more: false, next_cursor: null }]];
    expect(JSON.parse((await run('dead-letters ls --json')).out)).toEqual({
      letters: [],
      has_more: false,
      next_cursor: null,
    });
  });

  it('The command sluice dead-letters sends its token, and reports what to do without one', async () => {
    answers = [[401, { detail: 'Send a token.', code: 'unauthorized' }]];
    const { code, notes } = await run('dead-letters summary', { SLUICE_TOKEN: 'sluice_1' });
    expect(asked[0]!.authorization).toBe('Bearer sluice_1');
    expect({ code, notes }).toEqual({
      code: 1,
      notes: 'dead-letters: Send a token. Set SLUICE_TOKEN to a token of sluice tokens create --operator.',
    });
  });

  it('The command sluice dead-letters discard sends the reason', async () => {
    answers = [[200, { disposition: { kind: 'discarded' } }]];
    const { code } = await run('dead-letters discard 3/17 --why test');
    expect({ code, ...asked[0] }).toMatchObject({
      code: 0,
      request: 'POST /dead-letters/3/17/discard',
      body: '{"why":"test"}',
    });
  });

  it('The command sluice dead-letters says in one sentence that no service answers', async () => {
    const { code, notes } = await run('dead-letters ls', { SLUICE_URL: 'http://127.0.0.1:1' });
    expect(code).toBe(1);
    expect(notes).toMatch(/^dead-letters: http:\/\/127\.0\.0\.1:1 cannot be reached \(.+\); set SLUICE_URL .*$/);
  });

  it.each([
    ['dead-letters', 'no command'],
    ['dead-letters find', 'there is no command "find"'],
    ['dead-letters redrive run', 'which plan?'],
    ['dead-letters show', 'which letter?'],
    ['dead-letters show 1', 'which letter?'],
    ['dead-letters discard 1/2', 'give a reason'],
    ['dead-letters ls --why x', '--why is not an option of ls'],
    ['dead-letters ls --limit 0', '--limit is a whole number'],
    ['dead-letters ls 1/2', 'too many words'],
    ['redrive plan', 'give the letters: --reason'],
    ['redrive run', 'which plan?'],
    ['redrive status ../x', 'which redrive?'],
    ['redrive plan --device d --follow', '--follow is not an option of plan'],
    ['redrive plan --device d --edit /nowhere', '--edit: '],
  ])('The command sluice dead-letters %s is refused with exit code 2: %s', async (command, words) => {
    const { code, notes } = await run(command);
    expect(code).toBe(2);
    expect(notes).toContain(words);
    expect(asked).toEqual([]);
  });
});

describe('sluice redrive', () => {
  it('The command sluice redrive plan sends filter and edit, notes the counts and prints the hash', async () => {
    const file = join(directory, 'edit.json');
    writeFileSync(file, '[{"op":"replace","path":"/record_id","value":"r-2"}]');
    const by_reason = { 'key-conflict': { matched: 3, would_pass: 2, would_fail: 1 } };
    const failures = [{ reason: 'key-conflict', detail: 'taken', count: 1, example: '0/4' }];
    answers = [[200, { plan_hash: 'ab12', counts: { skipped: 1 }, by_reason, failures, partial: true }]];
    const { code, out, notes } = await run(
      `redrive plan --reason key-conflict --key 0/4 --edit ${file} --rate 9 --limit 4`,
    );
    expect({ code, out }).toEqual({ code: 0, out: 'ab12' });
    expect(JSON.parse(asked[0]!.body)).toEqual({
      filter: { reasons: ['key-conflict'], keys: ['0/4'] },
      edit: [{ op: 'replace', path: '/record_id', value: 'r-2' }],
      rate: 9,
      limit: 4,
      dry_run: true,
    });
    expect(notes).toMatch(/key-conflict +3 +2 +1\n/);
    expect(notes).toContain('There may be more letters');
  });

  it('The command sluice redrive run --follow polls until the events are handled', async () => {
    const running = { ...REDRIVE, state: 'running', verdict: null };
    answers = [
      [200, running],
      [200, REDRIVE],
    ];
    const { code, out } = await run('redrive run ab12 --follow');
    expect(asked.map(({ request }) => request)).toEqual(['POST /redrives', 'GET /redrives/01992f6b']);
    expect({ code, out }).toEqual({
      code: 0,
      out: '01992f6b  done  2 published, 0 refused; 2 stored, 0 came back, 0 waiting',
    });
  });

  it.each([
    ['letters that were refused', { counts: { ...REDRIVE.counts, refused: 1 }, refused_by_reason: { 'came-back': 1 } }],
    ['letters that came back', { verdict: { complete: true, stored: 1, came_back: 1, waiting: 0 } }],
    ['a cancelled one', { state: 'cancelled' }],
  ])('The command sluice redrive ends with 3 after %s', async (_, more) => {
    answers = [[200, { ...REDRIVE, ...more }]];
    expect((await run('redrive status 01992f6b')).code).toBe(3);
  });

  it.each([
    ['pause', 'POST /redrives/01992f6b/pause'],
    ['resume', 'POST /redrives/01992f6b/resume'],
    ['cancel', 'DELETE /redrives/01992f6b'],
  ])('The command sluice redrive %s sends its request', async (name, request) => {
    answers = [[200, { ...REDRIVE, state: 'running', verdict: null }]];
    expect((await run(`redrive ${name} 01992f6b`)).code).toBe(0);
    expect(asked[0]!.request).toBe(request);
  });

  it('The command sluice redrive ends with 1 and the sentence of the service while another one is active', async () => {
    answers = [[409, { detail: 'Another redrive is active (1).', code: 'redrive-conflict' }]];
    expect(await run('redrive run ab12')).toEqual({
      code: 1,
      out: '',
      notes: 'redrive: Another redrive is active (1).',
    });
  });
});
