import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { cutText, MAX_DETAIL_LENGTH, type ProblemCode } from '@sluice/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '@sluice/observability';
import { ProblemError } from './problem-error.js';

export const PROBLEM_CONTENT_TYPE = 'application/problem+json';

/** What Fastify itself refuses, by its stable error code. */
const FASTIFY_PROBLEMS: Readonly<Record<string, [ProblemCode, string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: [
    'body-too-large',
    'The body is too large for this service; send fewer records in one request.',
  ],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported-media-type', 'Send application/json or application/x-ndjson.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['bad-request', 'The length of the body differs from Content-Length.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['invalid-json', 'The body is empty.'],
  FST_ERR_BAD_URL: ['bad-request', 'The path is not a valid percent-encoded address.'],
  FST_ERR_MAX_PARAM_LENGTH: ['uri-too-long', 'A part of the path is longer than any id.'],
};

/** Answers whatever was thrown below a request as a problem (RFC 9457). Nothing internal leaves the process. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    if (isHealthReport(thrown)) void reply.status(thrown.getStatus()).send(thrown.getResponse());
    else sendProblem(reply, request, this.toProblemError(thrown, request));
  }

  private toProblemError(thrown: unknown, request: FastifyRequest): ProblemError {
    if (thrown instanceof ProblemError) return thrown;
    const known = fastifyProblem(thrown);
    if (known !== undefined) return known;
    const status =
      thrown instanceof HttpException ? thrown.getStatus() : (thrown as { statusCode?: number })?.statusCode;
    if (status === 404) return new ProblemError('not-found', 'No such path; /docs lists the paths of this service.');
    if (status !== undefined && status >= 400 && status < 500)
      return new ProblemError('bad-request', 'The request is malformed.');
    this.logger.error({ err: thrown, requestId: request.id }, 'a request failed because of a fault of this service');
    return new ProblemError(
      'internal-error',
      'The request failed; the service has logged the cause under this request id.',
    );
  }
}

/** What Fastify refused, as a problem; `undefined` for everything else. */
export function fastifyProblem(thrown: unknown): ProblemError | undefined {
  // Nest wraps some of Fastify's errors: the original is the cause.
  const { code, cause } = (thrown ?? {}) as { code?: string; cause?: { code?: string } };
  const known = FASTIFY_PROBLEMS[code ?? ''] ?? FASTIFY_PROBLEMS[cause?.code ?? ''];
  return known && new ProblemError(...known);
}

/** terminus throws its report when a check is red. */
function isHealthReport(thrown: unknown): thrown is HttpException {
  if (!(thrown instanceof HttpException)) return false;
  const body = thrown.getResponse();
  return typeof body === 'object' && 'status' in body && 'details' in body;
}

export function sendProblem(reply: FastifyReply, request: FastifyRequest, error: ProblemError): void {
  if (error.status === 429 || error.status === 503) reply.header('retry-after', String(error.retryAfterSeconds));
  const instance = cutText(request.url.split('?', 1)[0]!, MAX_DETAIL_LENGTH);
  void reply
    .status(error.status)
    .header('content-type', PROBLEM_CONTENT_TYPE)
    // As bytes: to a text, Fastify would add a charset, which the media type of RFC 9457 has not.
    .send(Buffer.from(JSON.stringify({ ...error.problem, instance })));
}
