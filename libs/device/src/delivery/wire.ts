import type { Clock } from '../clock.js';
import { DeviceError } from '../device-error.js';

/** The part of the platform's `fetch` that is used. Give your own to add client certificates, a proxy or a test. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** A bearer token, or where to get it: asked before every request, so that it may be renewed. */
export type Token = string | (() => string | Promise<string>);

export interface HttpAnswer {
  status: number;
  headers: Headers;
  text: string;
}

/** Results of 10,000 records fit into it several times. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

/** One HTTP exchange at a time, always over within its deadline, whatever the other side or `fetch` do. */
export class Wire {
  private cutShort: (error: DeviceError) => void = () => {};
  private isClosed = false;

  constructor(
    private readonly fetch: Fetch,
    private readonly token: Token | undefined,
    private readonly timeoutMs: number,
    private readonly clock: Clock,
  ) {}

  /** @throws DeviceError `timeout`, `unreachable`, `unexpected-answer`, `token-failed`, `closed` */
  async exchange(url: string, init: RequestInit): Promise<HttpAnswer> {
    if (this.isClosed) throw closed();
    const abort = new AbortController();
    const broken = new Promise<never>((_, reject) => {
      this.cutShort = (error) => {
        reject(error);
        abort.abort();
      };
    });
    const cancelDeadline = this.clock.after(this.timeoutMs, () =>
      this.cutShort(
        new DeviceError('timeout', `No complete answer from ${originOf(url)} within ${this.timeoutMs} ms.`),
      ),
    );
    try {
      return await Promise.race([this.roundTrip(url, { ...init, signal: abort.signal }), broken]);
    } finally {
      cancelDeadline();
      this.cutShort = () => {};
    }
  }

  /** Ends the exchange that is in progress, if there is one; whether it had an effect is unknown. Final. */
  close(): void {
    this.isClosed = true;
    this.cutShort(closed());
  }

  private async roundTrip(url: string, init: RequestInit): Promise<HttpAnswer> {
    const headers = { ...(init.headers as Record<string, string>), ...(await this.authorization()) };
    try {
      // A redirect is never followed: it is a captive portal or a wrong address, and must not see records or tokens.
      const response = await this.fetch(url, { ...init, headers, redirect: 'error' });
      return { status: response.status, headers: response.headers, text: await readText(response) };
    } catch (cause) {
      if (cause instanceof DeviceError) throw cause;
      throw new DeviceError('unreachable', `${originOf(url)} cannot be reached, or broke off its answer.`, { cause });
    }
  }

  private async authorization(): Promise<{ authorization?: string }> {
    if (this.token === undefined) return {};
    try {
      const token = typeof this.token === 'function' ? await this.token() : this.token;
      return { authorization: `Bearer ${token}` };
    } catch (cause) {
      throw new DeviceError('token-failed', 'The token function failed; see the cause.', { cause });
    }
  }
}

async function readText(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (let bytes = 0; reader !== undefined;) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes += value.length;
    if (bytes > MAX_ANSWER_BYTES) {
      await reader.cancel();
      throw new DeviceError('unexpected-answer', `The answer is longer than ${MAX_ANSWER_BYTES} bytes.`);
    }
    text += decoder.decode(value, { stream: true });
  }
  return text + decoder.decode();
}

function originOf(url: string): string {
  return new URL(url).origin;
}

function closed(): DeviceError {
  return new DeviceError('closed', 'The device was closed before the request was over.');
}
