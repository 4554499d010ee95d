import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Problem } from '@sluice/contracts';
import { FakeQuery } from '../testing/fake-query.js';
import { GatewayUnderTest, SEED_RECORD } from '../testing/gateway-under-test.js';

const page = readFileSync(new URL('../../../../docs/operations/deploy-network.md', import.meta.url), 'utf8');
const directory = mkdtempSync(join(tmpdir(), 'sluice-recipe-'));
const query = new FakeQuery();
let gateway: GatewayUnderTest;

/** What the page has people type in its section with this number. */
function commandsOf(section: number): string {
  const [, body = ''] = page.split(`\n## ${section}. `);
  const blocks = body.split('\n## ', 1)[0]!.split('```sh\n').slice(1);
  return blocks.map((block) => block.split('```', 1)[0]!).join('');
}

function shell(commands: string): string {
  return execFileSync('sh', ['-euc', commands], { cwd: directory, stdio: 'pipe', encoding: 'utf8' });
}

const file = (name: string): string => join(directory, name);
const extensionsOf = (name: string): string =>
  shell(`openssl x509 -in ${name}.pem -noout -ext basicConstraints,keyUsage,extendedKeyUsage`);

beforeAll(async () => {
  shell(commandsOf(3));
  // The settings of section 4 are none of a shell.
  shell(commandsOf(4).replaceAll(/^TLS_.*$/gm, ''));
  await query.start();
  gateway = await GatewayUnderTest.start({
    tlsCertFile: file('server.pem'),
    tlsKeyFile: file('server.key'),
    tlsClientCaFile: file('ca.pem'),
    tlsCrlFile: file('crl.pem'),
    queryUrl: query.url,
  });
}, 60_000);
afterAll(async () => {
  await gateway.stop();
  await query.stop();
  rmSync(directory, { recursive: true });
});

interface Answer {
  status: number;
  detail: string | undefined;
}

/** As curl in section 5: the gateway's certificate is checked, and its name is one that devices use. */
async function ask(method: string, path: string, client: string | undefined, body = ''): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const own = client && { cert: readFileSync(file(`${client}.pem`)), key: readFileSync(file(`${client}.key`)) };
  const options = { method, ca: readFileSync(file('ca.pem')), servername: 'gateway.plant', agent: false as const };
  const headers = { 'content-type': 'application/json' };
  const url = gateway.url.replace('http:', 'https:') + path;
  const outgoing = request(url, { ...options, ...own, headers }, (response) => {
    const answered = (answer: string): Answer => ({
      status: response.statusCode!,
      detail: (JSON.parse(answer) as Problem).detail,
    });
    text(response).then((answer) => resolve(answered(answer)), reject);
  });
  outgoing.on('error', reject);
  outgoing.end(body);
  return promise;
}

const send = (client?: string, device = 'dev-2') =>
  ask('POST', '/ingest', client, JSON.stringify({ ...SEED_RECORD, device_id: device }));

describe('The certificates that docs/operations/deploy-network.md makes', () => {
  it.each([
    ['dev-2', 'TLS Web Client Authentication'],
    ['cell-7', 'TLS Web Client Authentication'],
    ['reader', 'TLS Web Client Authentication'],
    ['server', 'TLS Web Server Authentication'],
  ])('The certificates that docs/operations/deploy-network.md makes sign nothing: %s is for %s', (name, use) => {
    expect(extensionsOf(name)).toContain('CA:FALSE');
    expect(extensionsOf(name)).toContain(use);
    expect(extensionsOf(name)).not.toContain('Certificate Sign');
  });

  it('The certificates that docs/operations/deploy-network.md makes have an authority that signs certificates and lists, and no other authority', () => {
    expect(extensionsOf('ca')).toMatch(/CA:TRUE, pathlen:0[^]*Certificate Sign, CRL Sign/);
  });

  it('The certificates that docs/operations/deploy-network.md makes give access to the clients that the page names', async () => {
    const statuses = [await send('dev-2'), await send('reader'), await send()].map(({ status }) => status);
    expect(statuses).toEqual([202, 403, 401]);
    expect((await ask('GET', '/records', 'reader')).status).toBe(200);
    expect((await ask('GET', '/records', 'dev-2')).status).toBe(403);
  });

  it('The certificates that docs/operations/deploy-network.md makes are refused once they are on the list that the page makes', async () => {
    expect(await send('cell-7', 'lab-7:scale')).toMatchObject({
      status: 401,
      detail: expect.stringContaining('CERT_REVOKED'),
    });
  });

  it("The certificates that docs/operations/deploy-network.md makes do not let a device's key sign one for readers", async () => {
    shell(`openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=x \
      -addext basicConstraints=critical,CA:FALSE -addext subjectAltName=URI:urn:sluice:readers \
      -CA dev-2.pem -CAkey dev-2.key -keyout evil.key -out own.pem && cat own.pem dev-2.pem > evil.pem`);
    expect((await ask('GET', '/records', 'evil')).status).toBe(401);
    expect((await send('evil')).status).toBe(401);
  });
});
