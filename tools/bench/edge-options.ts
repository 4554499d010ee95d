// What TLS and payload schemas cost: the gateway over a log that confirms at once, with and without each.
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '../load/connection.js';
import { Server } from '../load/server.js';
import type { Row } from './result.js';
import { inNewProcesses, underBothLoads, type Variant } from './side-by-side.js';

const SCHEMA = {
  type: 'object',
  properties: {
    gene_count: { type: 'integer', minimum: 0, maximum: 100_000 },
    sample_quality: { type: 'number', minimum: 0, maximum: 1 },
  },
  required: ['gene_count', 'sample_quality'],
  additionalProperties: false,
};

/** What the benchmark has made for the gateway. */
interface Files {
  tls: { TLS_CERT_FILE: string; TLS_KEY_FILE: string };
  schemasDir: string;
}

export async function benchEdgeOptions(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
  try {
    const files = { tls: certificateIn(folder), schemasDir: await schemasIn(folder) };
    return await inNewProcesses(() => startAll(files), underBothLoads, { base: 'plain HTTP', unit: 'records/CPU s' });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function certificateIn(folder: string): Files['tls'] {
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  execFileSync('openssl', [...made, '-subj', '/CN=localhost', '-keyout', key, '-out', cert], { stdio: 'pipe' });
  return { TLS_CERT_FILE: cert, TLS_KEY_FILE: key };
}

async function schemasIn(folder: string): Promise<string> {
  const schemas = join(folder, 'schemas');
  await mkdir(join(schemas, 'reading'), { recursive: true });
  await writeFile(join(schemas, 'reading', '1.json'), JSON.stringify(SCHEMA));
  await writeFile(join(schemas, 'devices.txt'), '* -> reading/1 enforce\n');
  return schemas;
}

async function startAll({ tls, schemasDir }: Files): Promise<Variant[]> {
  return [
    await start('plain HTTP', 'http', {}),
    await start('TLS', 'https', tls),
    await start('payload schema enforced', 'http', { SCHEMAS_DIR: schemasDir }),
  ];
}

async function start(name: string, scheme: 'http' | 'https', env: Record<string, string>): Promise<Variant> {
  const urlOf = (url: string): string => url.replace('http', scheme);
  const isUp = async (url: string): Promise<true> => {
    (await Connection.open(urlOf(url))).close();
    return true;
  };
  const server = await Server.start('tools/bench/servers/gateway-without-log.ts', { env, isUp });
  return { name, server, url: urlOf(server.url) };
}
