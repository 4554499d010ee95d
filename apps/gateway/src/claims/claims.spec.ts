import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bearer, TokenDirectory } from '@sluice/operator/testing';
import { GatewayUnderTest, SEED_RECORD } from '../testing/gateway-under-test.js';

const directory = new TokenDirectory();
let gateway: GatewayUnderTest;
let other: GatewayUnderTest;

beforeAll(async () => {
  // Each test is a separate client: refused codes of one test do not count for another.
  const options = { ...directory.options, trustedProxies: '127.0.0.1/32' };
  gateway = await GatewayUnderTest.start(options);
  other = await GatewayUnderTest.start(options);
  await Promise.all([gateway, other].map(({ gate }) => gate.feed!.refresh()));
});
afterAll(async () => {
  await Promise.all([gateway.stop(), other.stop()]);
  directory.remove();
});

interface ClaimAnswer {
  status: number;
  headers: Headers;
  body: Record<string, unknown> & { errors?: { pointer: string }[] };
}

let clients = 0;
const anyAddress = (): string => `10.0.0.${++clients}`;

async function claim(code: unknown, address = anyAddress(), { url } = gateway): Promise<ClaimAnswer> {
  const response = await fetch(`${url}/tokens/claim`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
    body: JSON.stringify({ code }),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as ClaimAnswer['body'] };
}

const codeFor = async (rest: string, nowMs?: number) => (await directory.run(`claim-code ${rest}`, nowMs)).out;

describe('POST /tokens/claim', () => {
  it('POST /tokens/claim gives the device of the code a token that is accepted at once', async () => {
    const { status, headers, body } = await claim(await codeFor('dev-2 --scope ingest --scope read --expires 90d'));
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toEqual({
      token: expect.stringMatching(/^sluice_/),
      id: expect.stringMatching(/^[0-9a-f]{12}$/),
      holder: 'device dev-2',
      scopes: ['ingest', 'read'],
      expires_at: expect.stringMatching(/^\d{4}-/),
    });
    expect((await gateway.post(SEED_RECORD, bearer(String(body['token'])))).status).toBe(202);
  });

  it('POST /tokens/claim reads a code as a person types it', async () => {
    const code = await codeFor('typed');
    const typed = code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l');
    expect((await claim(typed)).body['holder']).toBe('device typed');
  });

  it('POST /tokens/claim gives the token to one of many concurrent requests at several gateways', async () => {
    const code = await codeFor('raced');
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => claim(code, anyAddress(), index % 2 === 0 ? gateway : other)),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array<number>(7).fill(403)]);
    const { token } = answers.find(({ status }) => status === 200)!.body;
    await other.gate.feed!.refresh();
    for (const { post } of [gateway, other].map((each) => ({ post: each.post.bind(each) }))) {
      expect((await post({ ...SEED_RECORD, device_id: 'raced' }, bearer(String(token)))).status).toBe(202);
    }
  });

  it('POST /tokens/claim answers wrong, used, expired and revoked codes alike', async () => {
    const used = await codeFor('used');
    await claim(used);
    const expired = await codeFor('late --valid 1h', Date.now() - 3_600_000);
    const revoked = await codeFor('revoked');
    await directory.run('revoke --device revoked');
    const rotated = await codeFor('rotated');
    const list = JSON.parse((await directory.run('list --json')).out) as { tokens: { id: string; holder: string }[] };
    await directory.run(`rotate ${list.tokens.find(({ holder }) => holder === 'device rotated')!.id}`);
    const codes = [used, expired, revoked, rotated, 'AAAAA-AAAAA-AAAAA-AAAAA', 'AAAAA', '', '…', 'x'.repeat(500)];
    const answers = await Promise.all(codes.map((code) => claim(code)));
    expect(new Set(answers.map(({ status, body }) => JSON.stringify({ status, body })))).toEqual(
      new Set([JSON.stringify({ status: 403, body: answers[0]!.body })]),
    );
    expect(answers[0]!.body).toMatchObject({ code: 'claim-refused', instance: '/tokens/claim' });
  });

  it('POST /tokens/claim refuses an address after ten refused codes, even with a correct code, and no other address', async () => {
    const address = anyAddress();
    const code = await codeFor('guessed');
    const guesses = await Promise.all(Array.from({ length: 12 }, () => claim('AAAAA-AAAAA-AAAAA-AAAAA', address)));
    expect(guesses.map(({ status }) => status).toSorted()).toEqual([...Array<number>(10).fill(403), 429, 429]);
    const refused = await claim(code, address);
    expect(refused.body['code']).toBe('rate-limited');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect((await claim(code)).status).toBe(200);
  });

  it('POST /tokens/claim charges an address nothing for codes that are accepted', async () => {
    const address = anyAddress();
    for (let count = 0; count < 12; count++) {
      expect((await claim(await codeFor(`many-${count}`), address)).status).toBe(200);
    }
  });

  it('POST /tokens/claim keeps neither code nor token in its files or its log', async () => {
    const code = await codeFor('secret');
    const { token } = (await claim(code)).body as { token: string };
    const files = readdirSync(directory.path).map((name) => readFileSync(join(directory.path, name), 'latin1'));
    const kept = files.join() + JSON.stringify(gateway.logLines);
    for (const secret of [code, code.replaceAll('-', ''), token.split('_')[2]!]) expect(kept).not.toContain(secret);
    expect(kept).toContain('a token was claimed');
  });

  it.each([
    [{}, '/code'],
    [[], '/code'],
    [{ code: 7 }, '/code'],
    [{ code: 'x', device: 'y' }, '/device'],
  ])('POST /tokens/claim refuses the body %j with a pointer to %s', async (body, pointer) => {
    const response = await fetch(`${gateway.url}/tokens/claim`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer = (await response.json()) as ClaimAnswer['body'];
    expect({ status: response.status, pointer: answer.errors?.[0]?.pointer }).toEqual({ status: 400, pointer });
  });

  it('POST /tokens/claim accepts no body that a page of another origin could send without a preflight, and no large one', async () => {
    const post = (contentType: string, body: string) =>
      fetch(`${gateway.url}/tokens/claim`, { method: 'POST', headers: { 'content-type': contentType }, body });
    expect((await post('text/plain', '{"code":"x"}')).status).toBe(415);
    expect((await post('application/json', JSON.stringify({ code: 'x'.repeat(2000) }))).status).toBe(413);
  });

  it('POST /tokens/claim does not exist while access is open', async () => {
    const open = await GatewayUnderTest.start();
    expect(await claim('x', anyAddress(), open)).toMatchObject({ status: 404, body: { code: 'not-found' } });
    await open.stop();
  });
});
