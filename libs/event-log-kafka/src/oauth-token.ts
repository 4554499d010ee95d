import type { KafkaLogin } from '@sluice/event-log';
import type { BearerToken } from './token-source.js';

const TIMEOUT_MS = 5_000;
/** For an answer without a lifetime, which RFC 6749 only recommends. */
const DEFAULT_LIFETIME_SECONDS = 300;
const MAX_DETAIL_CHARACTERS = 200;

/** The token endpoint has answered without a token. Its name makes it a failure of authentication. */
class TokenRefusedError extends Error {
  override readonly name = 'TokenRefusedError';
  /** For KafkaJS: the same request would be refused again. */
  readonly retriable = false;
}

/**
 * A token by the client credentials grant, RFC 6749, section 4.4. The client authenticates by HTTP Basic, which every server has
 * to support.
 *
 * @throws TokenRefusedError with the endpoint's own message, which holds no secret; an error of Node if there is no answer
 */
export async function clientCredentials(
  login: Extract<KafkaLogin, { mechanism: 'oauthbearer' }>,
): Promise<BearerToken> {
  const { tokenUrl, clientId, clientSecret, scope } = login;
  const body = new URLSearchParams({ grant_type: 'client_credentials', ...(scope && { scope }) });
  const askedAtMs = Date.now();
  const response = await fetch(tokenUrl, {
    method: 'POST',
    headers: { authorization: basic(clientId, clientSecret), accept: 'application/json' },
    body,
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((error: unknown) => {
    throw unreachable(error as Error);
  });
  const answer = await objectOf(response);
  const { access_token: value, expires_in: seconds } = answer;
  if (!response.ok) throw refusal(response.status, answer);
  if (typeof value !== 'string' || value === '')
    throw new TokenRefusedError('The token endpoint answers without an access_token.');
  const lifetime = Number(seconds ?? DEFAULT_LIFETIME_SECONDS);
  return { value, expiresAtMs: askedAtMs + (lifetime > 0 ? lifetime : DEFAULT_LIFETIME_SECONDS) * 1000 };
}

/** With the code of Node, and without the chain of causes, whose innermost message would be used. */
function unreachable({ name, message, cause }: Error): Error {
  const { code, message: detail } = (cause ?? {}) as NodeJS.ErrnoException;
  const why = name === 'TimeoutError' ? 'ETIMEDOUT' : code;
  return Object.assign(new Error(`The token endpoint cannot be reached: ${detail ?? message}`), { code: why });
}

/** A server that is overloaded or broken may issue a token later: not a failure of the login. */
function refusal(status: number, { error, error_description: description }: Record<string, unknown>): Error {
  const words = [error, description].filter((text) => typeof text === 'string').join(': ');
  const message = `The token endpoint answers ${status} ${words.slice(0, MAX_DETAIL_CHARACTERS)}`.trim();
  return status === 429 || status >= 500 ? new Error(message) : new TokenRefusedError(message);
}

async function objectOf(response: Response): Promise<Record<string, unknown>> {
  const answer: unknown = await response.json().catch(() => undefined);
  return typeof answer === 'object' && answer !== null ? { ...answer } : {};
}

/** RFC 6749, section 2.3.1: both parts are form-encoded first. */
function basic(clientId: string, clientSecret: string): string {
  const encode = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1);
  return `Basic ${Buffer.from(`${encode(clientId)}:${encode(clientSecret)}`).toString('base64')}`;
}
