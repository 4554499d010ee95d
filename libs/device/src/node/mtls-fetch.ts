import { Agent, request, type RequestOptions } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { Fetch } from '../delivery/wire.js';

/** What the device shows and whom it trusts, each as PEM. */
export interface ClientCertificate {
  /** The device's private key. */
  key: string | Buffer;
  /** The device's certificate, with the intermediate ones after it. */
  cert: string | Buffer;
  /** The authorities that the gateway's certificate must come from. Default: those that Node trusts. */
  ca?: string | Buffer | readonly (string | Buffer)[];
  /** Of `key`, if it has one. */
  passphrase?: string;
}

/**
 * A `fetch` for the option of this name that shows a client certificate, which the platform's own cannot.
 * https only; at most one connection, kept alive, which keeps no process alive.
 *
 * @throws Error of `node:tls` if key and certificate cannot be read or do not belong together
 */
export function mtlsFetch({ ca, ...certificate }: ClientCertificate): Fetch {
  const trusted = ca === undefined ? {} : { ca: ca as string };
  const agent = new Agent({ ...certificate, ...trusted, keepAlive: true, maxSockets: 1 });
  return (url, { method, headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const options = { agent, method, headers, signal } as RequestOptions;
      const sending = request(url, options, (answer) => resolve(responseOf(answer)));
      sending.on('error', reject);
      sending.end(body as string | Uint8Array | undefined);
    });
}

function responseOf(answer: IncomingMessage): Response {
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headers)) headers.set(name, String(value));
  const status = answer.statusCode!;
  const hasBody = status !== 204 && status !== 304;
  if (!hasBody) answer.resume();
  return new Response(hasBody ? (Readable.toWeb(answer) as ReadableStream) : null, { status, headers });
}
