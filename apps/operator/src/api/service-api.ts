import { type Problem, readExactJson, stringifyExact } from '@sluice/contracts';
import { readApiConfig } from './api.settings.js';

/** Longer than the service takes for its longest answer. */
const TIMEOUT_MS = 30_000;

/** The service answered with an error, or did not answer. The message is for the person at the terminal. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    message: string,
    /** HTTP status; `undefined` if there was no answer. */
    readonly status?: number,
    /** Of the header; NaN without one. */
    readonly retryAfterSeconds = NaN,
  ) {
    super(message);
  }
}

/** The routes of a running service for people with the scope `operate`. */
export class ServiceApi {
  private readonly url: string;
  private readonly token: string;

  /** @throws ConfigError */
  constructor(env: NodeJS.ProcessEnv) {
    const { sluiceUrl, sluiceToken } = readApiConfig(env);
    this.url = sluiceUrl.replace(/\/$/, '');
    this.token = sluiceToken;
  }

  /**
   * @param body sent as JSON
   * @throws ApiError
   */
  async ask<T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<T> {
    const response = await this.fetch(method, path, body);
    const text = await response.text();
    const answer = parse(text);
    if (response.ok && answer !== undefined) return answer as T;
    throw new ApiError(this.wordsOf(response.status, answer as Problem | undefined), response.status);
  }

  /**
   * An answer that is read as it comes. Only its beginning has to come in time.
   *
   * @throws ApiError
   */
  async open(path: string): Promise<Response> {
    const late = new AbortController();
    const deadline = setTimeout(() => late.abort(new DOMException('too late', 'TimeoutError')), TIMEOUT_MS);
    try {
      const response = await this.fetch('GET', path, undefined, late.signal);
      if (response.ok) return response;
      const answer = parse(await response.text()) as Problem | undefined;
      const retryAfterSeconds = Number(response.headers.get('retry-after') ?? NaN);
      throw new ApiError(this.wordsOf(response.status, answer), response.status, retryAfterSeconds);
    } finally {
      clearTimeout(deadline);
    }
  }

  private async fetch(
    method: string,
    path: string,
    body?: object,
    signal: AbortSignal = AbortSignal.timeout(TIMEOUT_MS),
  ): Promise<Response> {
    const headers: Record<string, string> = { accept: 'application/json' };
    if (this.token !== '') headers['authorization'] = `Bearer ${this.token}`;
    if (body !== undefined) headers['content-type'] = 'application/json';
    try {
      return await fetch(this.url + path, { method, headers, signal, ...(body && { body: stringifyExact(body) }) });
    } catch (error) {
      const { cause, name } = error as Error & { cause?: Error & { code?: string } };
      const why = name === 'TimeoutError' ? `no answer within ${TIMEOUT_MS / 1000} s` : (cause?.code ?? cause?.message);
      throw new ApiError(
        `${this.url} cannot be reached (${why ?? name}); set SLUICE_URL to the address of the service.`,
      );
    }
  }

  private wordsOf(status: number, problem: Problem | undefined): string {
    if (problem?.detail === undefined) return `${this.url} answered ${status}; is it this version of Sluice?`;
    const places = problem.errors?.map(({ pointer, detail }) => ` ${pointer}: ${detail}`) ?? [];
    const advice =
      status === 401 || status === 403 ? ' Set SLUICE_TOKEN to a token of sluice tokens create --operator.' : '';
    return `${problem.detail}${places.join('')}${advice}`;
  }
}

function parse(text: string): unknown {
  try {
    return readExactJson(text);
  } catch {
    return undefined;
  }
}
