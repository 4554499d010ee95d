import { DeviceError, type DeviceErrorCode } from '../device-error.js';
import { readJson } from '../read-json.js';
import type { Problem } from '../signals.js';
import { retryAfterMs } from './retry-after.js';
import type { HttpAnswer } from './wire.js';

/** What the gateway says of one record. */
export type Verdict =
  | { status: 'accepted'; receipt: string | undefined }
  | { status: 'rejected'; problem: Problem }
  | { status: 'retry'; problem: Problem };

/** What an answer means for a request. Only `verdicts` takes records out of the queue. */
export type Answer =
  /** In the order of the records. */
  | { kind: 'verdicts'; verdicts: readonly Verdict[]; retryAfterMs: number }
  /** The request as a whole cannot be taken because of what is in it: too large, or one record spoils it. */
  | { kind: 'indigestible'; problem: Problem }
  | { kind: 'gzip-refused' }
  | FailedAnswer;

export interface FailedAnswer {
  kind: 'failed';
  /** `endpoint`: another endpoint may do better. `device`: every endpoint would say the same. */
  scope: 'endpoint' | 'device';
  error: DeviceError;
  retryAfterMs: number;
}

export interface Request {
  /** Ids of its records, in order. */
  recordIds: readonly string[];
  isGzipped: boolean;
}

export function failedAnswer(error: DeviceError): Answer {
  return { kind: 'failed', scope: error.code === 'token-failed' ? 'device' : 'endpoint', error, retryAfterMs: 0 };
}

/** Whatever is not exactly what a gateway says counts as no answer: the records stay, and are sent again under their ids. */
export function readAnswer(http: HttpAnswer, request: Request, nowMs: number): Answer {
  const body = parse(http.text);
  const waitMs = retryAfterMs(http.headers, nowMs);
  if (http.status === 202 || http.status === 207) {
    const verdicts = readVerdicts(body, request.recordIds);
    return verdicts === undefined ? unexpected(http) : { kind: 'verdicts', verdicts, retryAfterMs: waitMs };
  }
  if (http.status === 413) return { kind: 'indigestible', problem: readProblem(body) ?? { code: 'body-too-large' } };
  const problem = readProblem(body);
  if (http.status === 422 && problem !== undefined) {
    return { kind: 'verdicts', verdicts: allRejected(body, problem, request.recordIds), retryAfterMs: 0 };
  }
  if (http.status === 400 && problem !== undefined) return { kind: 'indigestible', problem };
  if (http.status === 415 && request.isGzipped) return { kind: 'gzip-refused' };
  return refused(http, problem, waitMs);
}

const CODES: Readonly<Record<number, DeviceErrorCode>> = {
  401: 'unauthorized',
  403: 'forbidden',
  429: 'rate-limited',
  503: 'unavailable',
};

function refused(http: HttpAnswer, problem: Problem | undefined, waitMs: number): Answer {
  const code = CODES[http.status];
  if (code === undefined) return unexpected(http);
  const error = new DeviceError(
    code,
    `The gateway answered ${http.status}${problem === undefined ? '' : ` (${problem.code})`}.`,
  );
  return { kind: 'failed', scope: code === 'unavailable' ? 'endpoint' : 'device', error, retryAfterMs: waitMs };
}

function unexpected(http: HttpAnswer): Answer {
  const message = `Status ${http.status} is not an answer of a gateway. Check the endpoint's address and any proxy.`;
  return failedAnswer(new DeviceError('unexpected-answer', message));
}

type Fields = Readonly<Record<string, unknown>>;

function parse(text: string): Fields {
  try {
    return fieldsOf(readJson(text));
  } catch {
    return {};
  }
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

/** One verdict for each record, or `undefined` if the answer does not have exactly that. */
function readVerdicts(body: Fields, recordIds: readonly string[]): Verdict[] | undefined {
  const results = Array.isArray(body['results']) ? (body['results'] as unknown[]) : [{ index: 0, ...body }];
  const verdicts: Verdict[] = [];
  for (const result of results.map(fieldsOf)) {
    const index = result['index'] as number;
    const verdict = readVerdict(result, recordIds[index]);
    if (verdict === undefined || verdicts[index] !== undefined) return undefined;
    verdicts[index] = verdict;
  }
  return Object.keys(verdicts).length === recordIds.length ? verdicts : undefined;
}

/** An `accepted` must name the record: an answer that belongs to another request must not take ours for delivered. */
function readVerdict(result: Fields, recordId: string | undefined): Verdict | undefined {
  const { status, receipt } = result;
  if (recordId === undefined) return undefined;
  if (status === 'accepted') {
    if (result['record_id'] !== recordId) return undefined;
    return { status, receipt: typeof receipt === 'string' ? receipt : undefined };
  }
  if (status !== 'rejected' && status !== 'retry') return undefined;
  return { status, problem: readProblem(fieldsOf(result['problem'])) ?? { code: 'unknown' } };
}

function readProblem(body: Fields): Problem | undefined {
  const { code, detail, errors } = body;
  if (typeof code !== 'string') return undefined;
  return {
    code,
    ...(typeof detail === 'string' && { detail }),
    ...(Array.isArray(errors) && { errors: errors.map(fieldsOf) as unknown as NonNullable<Problem['errors']> }),
  };
}

/** The errors of many records are assigned by the index at the start of their pointers. */
function allRejected(body: Fields, problem: Problem, recordIds: readonly string[]): Verdict[] {
  const fromResults = Array.isArray(body['results']) ? readVerdicts(body, recordIds) : undefined;
  if (fromResults !== undefined) return fromResults;
  return recordIds.map((_, index) => {
    const own = problem.errors?.filter(
      ({ pointer }) => recordIds.length === 1 || `${pointer}/`.startsWith(`/${index}/`),
    );
    return { status: 'rejected', problem: { ...problem, ...(own && { errors: own }) } };
  });
}
