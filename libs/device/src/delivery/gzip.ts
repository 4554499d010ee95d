/** Below this a compressed body is hardly smaller, in bytes. */
const WORTH_IT_BYTES = 1024;

export const canGzip = typeof CompressionStream === 'function';

export interface Body {
  body: string | Uint8Array<ArrayBuffer>;
  headers: Record<string, string>;
}

/** The body of a request, compressed where that is possible and worth it. */
export async function jsonBody(text: string, mayGzip: boolean): Promise<Body> {
  const headers = { 'content-type': 'application/json', accept: 'application/json, application/problem+json' };
  if (!mayGzip || text.length < WORTH_IT_BYTES) return { body: text, headers };
  const compressed = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'));
  const body = new Uint8Array(await new Response(compressed).arrayBuffer());
  return { body, headers: { ...headers, 'content-encoding': 'gzip' } };
}
