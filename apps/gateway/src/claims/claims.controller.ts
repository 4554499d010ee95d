import { Controller, HttpCode, Inject, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Clock } from '@sluice/async';
import { Access, invalidParameter, ProblemError, readJsonBody, refuseParameters } from '@sluice/http';
import {
  AccessGate,
  claimRefused,
  describeToken,
  type IssuedToken,
  MAX_KEYS,
  notLoaded,
  RefusedError,
  TokenBuckets,
  type TokenFeed,
} from '@sluice/ingest';
import { LOGGER, type Logger } from '@sluice/observability';
import { RecordStoreError } from '@sluice/record-store';
import { Refusals } from '../refusals.js';
import { DescribesClaim } from './claims-docs.js';

const MAX_BODY_BYTES = 1024;
/** Codes that are refused, by address: ten at once, and then one each six seconds. */
const REFUSED_RATE = { perSecond: 1 / 6, burst: 10 };

/** `POST /tokens/claim`: a device without a token gets its own for a code. */
@Controller('tokens/claim')
export class ClaimsController {
  private readonly attempts = new TokenBuckets(REFUSED_RATE, MAX_KEYS);

  constructor(
    @Inject(AccessGate) private readonly gate: AccessGate,
    @Inject(Refusals) private readonly refusals: Refusals,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Post()
  @HttpCode(200)
  @Access('open')
  @DescribesClaim()
  async claim(@Query() query: object, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    refuseParameters(query);
    const feed = this.feed();
    const code = codeIn(await readJsonBody(request, MAX_BODY_BYTES));
    try {
      const address = this.addressOf(request);
      const { token, text } = await this.limited(address, () => claim(feed, code));
      const { id, holder, scopes, expires_at } = describeToken(token, this.clock.now());
      this.logger.info({ tokenId: id, holder, address }, 'a token was claimed');
      void reply.header('cache-control', 'no-store').send({ token: text, id, holder, scopes, expires_at });
    } catch (error) {
      throw this.refusals.thrown(request, error);
    }
  }

  private feed(): TokenFeed {
    const { feed } = this.gate;
    if (feed !== undefined) return feed;
    throw new ProblemError(
      'not-found',
      'This gateway asks for no tokens (AUTH=open): the device can send without one.',
    );
  }

  private addressOf({ raw: { socket, headers } }: FastifyRequest): string {
    const forwardedFor = headers['x-forwarded-for'] as string | undefined;
    return this.gate.addressKey({ peer: socket.remoteAddress ?? '', forwardedFor });
  }

  /** A code is charged before it is looked up, so that many at one time are not more; what is not a refused code is given back. */
  private async limited<T>(address: string, attempt: () => Promise<T | undefined>): Promise<T> {
    const { isOpen, seconds } = this.attempts.allowance(address, this.clock.monotonicMs());
    if (!isOpen) {
      const detail = 'Too many claim codes from this address were refused; send the request again later.';
      throw new ProblemError('rate-limited', detail, { retryAfterSeconds: seconds });
    }
    this.attempts.spend(address, 1, this.clock.monotonicMs());
    let isRefused = false;
    try {
      const result = await attempt();
      isRefused = result === undefined;
      if (result !== undefined) return result;
    } finally {
      if (!isRefused) this.attempts.spend(address, -1, this.clock.monotonicMs());
    }
    throw new RefusedError(claimRefused());
  }
}

/** @throws RefusedError `store-unavailable` */
async function claim(feed: TokenFeed, code: string): Promise<IssuedToken | undefined> {
  if (!feed.isLoaded) throw new RefusedError(notLoaded());
  try {
    return await feed.claim(code);
  } catch (error) {
    if (!(error instanceof RecordStoreError)) throw error;
    const detail =
      'The store of the tokens did not answer in time; send the request again. If the code is refused then, it is used up.';
    throw new RefusedError({ code: 'store-unavailable', detail, retryAfterSeconds: 2 });
  }
}

/** @throws ProblemError `invalid-parameter` */
function codeIn(body: unknown): string {
  const { code, ...rest } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) {
    throw invalidParameter([{ pointer: `/${unknown}`, code: 'unknown-field', detail: 'This member is not known.' }]);
  }
  if (typeof code === 'string') return code;
  const detail = 'code must be a text: the claim code from sluice tokens claim-code.';
  throw invalidParameter([{ pointer: '/code', code: 'type', detail }]);
}
