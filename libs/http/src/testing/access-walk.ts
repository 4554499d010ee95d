import { Agent, request } from 'node:https';
import { issueToken, type Holder, type Scope } from '@sluice/ingest';
import type { ClientCertificates } from './client-certificates.js';
import type { RegisteredRoute } from './registered-routes.js';

/** Someone who asks, by a token, a certificate, or neither. */
export interface Caller {
  name: string;
  /** What the credential is good for; left out: it is none. */
  grant?: { holder: Holder; scopes: readonly Scope[] };
  token?: string;
  certificate?: { cert: Buffer; key: Buffer };
}

type Verdict = 'passes' | 'unauthorized' | 'forbidden';

const READER: Holder = { kind: 'readers' };

/** The device that the walk asks for. */
const DEVICE_ID = 'dev-2';

/** The holders and scopes of all kinds. */
const GRANTS: Readonly<Record<string, { holder: Holder; scopes: readonly Scope[] }>> = {
  'sender of the device': { holder: { kind: 'device', deviceId: DEVICE_ID }, scopes: ['ingest'] },
  'reader of the device': { holder: { kind: 'device', deviceId: DEVICE_ID }, scopes: ['read'] },
  'reader of another device': { holder: { kind: 'device', deviceId: 'dev-20' }, scopes: ['read'] },
  'reader of a pattern': { holder: { kind: 'devices', prefix: 'dev-' }, scopes: ['read'] },
  'reader of another pattern': { holder: { kind: 'devices', prefix: 'lab-' }, scopes: ['read'] },
  'sender of a pattern': { holder: { kind: 'devices', prefix: 'd' }, scopes: ['ingest'] },
  'reader of everything': { holder: { kind: 'readers' }, scopes: ['read'] },
  operator: { holder: { kind: 'operators' }, scopes: ['operate'] },
  'operator who reads': { holder: { kind: 'operators' }, scopes: ['operate', 'read'] },
  'sender of everything': { holder: { kind: 'readers' }, scopes: ['ingest'] },
};

/** The subject alternative names that give the same. Devices with certificates send, readers read. */
const CERTIFICATES: Readonly<Record<string, string>> = {
  'sender of the device': `DNS:${DEVICE_ID}`,
  'sender of a pattern': 'URI:urn:sluice:device:d*',
  'reader of everything': 'URI:urn:sluice:readers',
  operator: 'URI:urn:sluice:operators',
};

/** What a request adds to its path. The last two name the device in ways that must not count. */
const QUERIES = ['', `?device_id=${DEVICE_ID}`, `?device_id=${DEVICE_ID}&device_id=${DEVICE_ID}`, '?device_id[]=dev-2'];

/** What the declaration of a route says of this request. Written apart from the gate, so that one checks the other. */
function verdictOf(route: RegisteredRoute | undefined, query: string, { grant }: Caller): Verdict {
  if (route?.access === 'open') return 'passes';
  if (grant === undefined) return 'unauthorized';
  if (route?.access === 'send') return grant.scopes.includes('ingest') ? 'passes' : 'forbidden';
  if (route?.access === 'operate') return grant.scopes.includes('operate') ? 'passes' : 'forbidden';
  if (!grant.scopes.includes('read')) return 'forbidden';
  if (grant.holder.kind === 'readers' || grant.holder.kind === 'operators') return 'passes';
  if (route?.access === 'read-some') return 'passes';
  const isNamed = route?.deviceFrom === 'path' || (route?.deviceFrom === 'query' && query === QUERIES[1]);
  return isNamed && route?.access === 'read-device' && speaksForDevice(grant.holder) ? 'passes' : 'forbidden';
}

function speaksForDevice(holder: Holder): boolean {
  if (holder.kind === 'device') return holder.deviceId === DEVICE_ID;
  return holder.kind === 'devices' && DEVICE_ID.startsWith(holder.prefix);
}

/** Every kind of caller: each kind of token and of certificate, and one without either. */
export async function allCallers(
  certificates: ClientCertificates,
  store: { put(token: { id: string; version: number; content: object }): Promise<boolean> },
): Promise<Caller[]> {
  const callers: Caller[] = [{ name: 'anonymous' }, { name: 'an unknown token', token: issueToken(READER, 0).text }];
  for (const [name, grant] of Object.entries(GRANTS)) {
    const { token, text } = issueToken(grant.holder, Date.now(), grant.scopes);
    const { id, version, ...content } = token;
    await store.put({ id, version, content });
    callers.push({ name: `token of a ${name}`, grant, token: text });
  }
  for (const [name, altName] of Object.entries(CERTIFICATES)) {
    const certificate = certificates.client(altName);
    callers.push({ name: `certificate of a ${name}`, grant: GRANTS[name]!, certificate });
  }
  return callers;
}

/** An address that the pattern of a route matches. */
function addressOf(pattern: string): string {
  const values: Record<string, string> = {
    device_id: DEVICE_ID,
    record_id: 'r-1',
    part: 'status.js',
    partition: '0',
    offset: '0',
    id: 'none',
  };
  return pattern
    .split('/')
    .map((part) => (part.startsWith(':') ? values[part.slice(1)]! : part.replace('*', 'swagger-ui.css')))
    .join('/');
}

export interface Walk {
  /** `https://host:port` */
  url: string;
  ca: Buffer;
  routes: readonly RegisteredRoute[];
  callers: readonly Caller[];
}

/** Asks every route, and an unknown path, as every caller. @returns the verdicts that are not what the declarations say */
export async function walk({ url, ca, routes, callers }: Walk): Promise<{ asked: number; wrong: string[] }> {
  const wrong: string[] = [];
  let asked = 0;
  const asks = [...requestsOf(routes), { method: 'GET', address: '/nowhere', route: undefined }];
  for (const caller of callers) {
    const walker = new Walker(url, ca, caller);
    for (const { method, address, route } of asks) {
      // Whose endpoints may be asked is for the handler to say.
      for (const query of route?.access === 'send' ? [''] : QUERIES) {
        const [verdict, expected] = [await walker.ask(method, address + query), verdictOf(route, query, caller)];
        if (verdict !== expected)
          wrong.push(`${caller.name}: ${method} ${address}${query} ${verdict}, not ${expected}`);
        asked++;
      }
    }
    walker.close();
  }
  return { asked, wrong };
}

/** One request for each route; one method represents all methods that a path does not have. */
function requestsOf(routes: readonly RegisteredRoute[]) {
  const methods = ['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS'];
  const some = routes.filter(({ method }) => methods.includes(method));
  return some.map((route) => ({ method: route.method, address: addressOf(route.url), route }));
}

/** Asks a server over TLS, on connections of one caller. */
class Walker {
  private readonly agent: Agent;

  constructor(
    private readonly url: string,
    ca: Buffer,
    private readonly caller: Caller,
  ) {
    this.agent = new Agent({ keepAlive: true, ca, ...caller.certificate });
  }

  /** @param path with its query string */
  ask(method: string, path: string): Promise<Verdict> {
    const { promise, resolve, reject } = Promise.withResolvers<Verdict>();
    const headers = this.caller.token === undefined ? {} : { authorization: `Bearer ${this.caller.token}` };
    const asking = request(new URL(this.url), { method, path, headers, agent: this.agent }, (response) => {
      const status = response.statusCode;
      resolve(status === 401 ? 'unauthorized' : status === 403 ? 'forbidden' : 'passes');
      // A stream has no end to wait for.
      if (response.headers['content-type']?.startsWith('text/event-stream')) response.destroy();
      else response.resume();
    });
    asking.on('error', reject).end();
    return promise;
  }

  close(): void {
    this.agent.destroy();
  }
}
