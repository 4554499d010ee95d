/** One answer on a connection. */
export interface WireAnswer {
  status: number;
  /** Names in lower case. */
  headers: ReadonlyMap<string, string>;
  body: string;
}

const HEAD_END = '\r\n\r\n';

/**
 * The answers that a connection has brought, in their order.
 *
 * @throws Error for bytes that are no complete answer: a client would hang or misread them
 */
export function readAnswers(bytes: Buffer): WireAnswer[] {
  const answers: WireAnswer[] = [];
  for (let at = 0; at < bytes.length;) {
    const headEnd = bytes.indexOf(HEAD_END, at);
    const [statusLine = '', ...fields] = bytes
      .toString('latin1', at, headEnd === -1 ? bytes.length : headEnd)
      .split('\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1]);
    if (headEnd === -1 || Number.isNaN(status)) throw new Error(`no answer begins with ${JSON.stringify(statusLine)}`);
    const headers = new Map(
      fields.map((field) => [field.split(':', 1)[0]!.toLowerCase(), field.replace(/^[^:]*: ?/, '')]),
    );
    const { body, end } = readBody(bytes, headEnd + HEAD_END.length, headers);
    answers.push({ status, headers, body });
    at = end;
  }
  return answers;
}

function readBody(bytes: Buffer, start: number, headers: ReadonlyMap<string, string>): { body: string; end: number } {
  if (headers.get('transfer-encoding') === 'chunked') return readChunks(bytes, start);
  const end = start + Number(headers.get('content-length') ?? 0);
  // The answer to a HEAD names a length and has no body: then the next answer or nothing follows.
  const isBodyless = bytes.length === start || bytes.toString('latin1', start, start + 5) === 'HTTP/';
  if (isBodyless) return { body: '', end: start };
  if (end > bytes.length) throw new Error(`an answer breaks off ${end - bytes.length} bytes before its end`);
  return { body: bytes.toString('utf8', start, end), end };
}

function readChunks(bytes: Buffer, start: number): { body: string; end: number } {
  const parts: Buffer[] = [];
  for (let at = start; ;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    const size = lineEnd === -1 ? NaN : parseInt(bytes.toString('latin1', at, lineEnd), 16);
    if (Number.isNaN(size)) throw new Error('an answer in chunks breaks off');
    at = lineEnd + 2 + size + 2;
    if (size === 0) return { body: Buffer.concat(parts).toString('utf8'), end: at };
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
  }
}
