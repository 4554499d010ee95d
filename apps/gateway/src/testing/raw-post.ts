import { request, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Problem } from '@sluice/contracts';

export interface RawAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Problem;
}

/** For what `fetch` would put right: repeated headers, false lengths, bodies without a type. */
export async function rawPost(
  url: string,
  headers: Record<string, string | string[]>,
  chunks: readonly (string | Buffer)[] = [],
): Promise<RawAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>();
  const outgoing = request(`${url}/ingest`, { method: 'POST', headers, agent: false }, (response) => {
    const { statusCode, headers: answered } = response;
    text(response).then(
      (body) => resolve({ status: statusCode!, headers: answered, body: JSON.parse(body) as Problem }),
      reject,
    );
  });
  outgoing.on('error', reject);
  for (const chunk of chunks) outgoing.write(chunk);
  outgoing.end();
  return promise;
}
