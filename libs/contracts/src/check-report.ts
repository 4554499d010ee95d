import { type DeviceTime, isTimeFault, readDeviceTime, STRICT_TIMES, type TimeRules } from './device-time.js';
import type { DeviceReport } from './event.js';
import type { FieldProblem } from './field-problem.js';
import {
  DEVICE_ID_PATTERN,
  MAX_ID_LENGTH,
  READABLE_DEVICE_ID_PATTERN,
  READABLE_RECORD_ID_PATTERN,
  RECORD_ID_PATTERN,
} from './ids.js';
import { boundedPointer } from './json-pointer.js';
import { MAX_CHANGES, type BrokenOff } from './json-reader.js';
import type { ScanFlaw } from './json-scan.js';
import {
  isJsonObject,
  PAYLOAD_LIMITS,
  PayloadCheck,
  type PayloadLimits,
  tooDeep,
  tooLarge,
  tooManyValues,
} from './payload-check.js';
import { isTimestamp, MAX_TIMESTAMP_LENGTH } from './timestamp.js';

const NO_PROBLEMS: readonly FieldProblem[] = Object.freeze([]);
export const NOT_AN_OBJECT: readonly FieldProblem[] = Object.freeze([
  { pointer: '', code: 'type', detail: 'A record must be a JSON object.' },
]);

/** The rules that a gateway can set. */
export interface ReportRules {
  times: TimeRules;
  limits: PayloadLimits;
}

export const REPORT_RULES: Readonly<ReportRules> = Object.freeze({ times: STRICT_TIMES, limits: PAYLOAD_LIMITS });

const NO_TEXTS: ReadonlyMap<string, string> = new Map();

/** Checks one report after the other. The fields describe the last one. */
export class ReportCheck {
  readonly #payload: PayloadCheck;
  #needsTimeText = false;
  /** The time of the record, where its device did not write plain RFC 3339. */
  time: DeviceTime | undefined;

  constructor(private readonly rules: ReportRules = REPORT_RULES) {
    this.#payload = new PayloadCheck(rules.limits);
  }

  /** Whether its payload has numbers that may say less than their text: see {@link PayloadCheck}. */
  get hasLargeNumbers(): boolean {
    return this.#payload.needsExactValue;
  }

  /** Whether its timestamp is a number that may say less than its text: then check it again with `fieldNumbers`. */
  get needsTimeText(): boolean {
    return this.#needsTimeText;
  }

  /**
   * What is wrong with one report, or an empty list.
   *
   * @param fieldNumbers texts of the numbers of its fields, where they are known
   */
  problemsOf(value: unknown, fieldNumbers = NO_TEXTS): readonly FieldProblem[] {
    this.#needsTimeText = this.#payload.needsExactValue = false;
    this.time = undefined;
    if (!isJsonObject(value)) return NOT_AN_OBJECT;
    const problems: FieldProblem[] = [];
    addIfAny(problems, deviceIdProblem(value['device_id']));
    addIfAny(problems, this.timeProblem(value['timestamp'], fieldNumbers));
    addIfAny(problems, this.#payload.problemOf(value['data_payload']));
    for (const field in value) {
      if (field === 'record_id') addIfAny(problems, recordIdProblem(value[field]));
      else if (!isRequiredField(field)) problems.push(unknownFieldProblem(field));
    }
    return problems.length === 0 ? NO_PROBLEMS : problems;
  }

  private timeProblem(value: unknown, fieldNumbers: ReadonlyMap<string, string>): FieldProblem | undefined {
    if (typeof value === 'number' && !Number.isSafeInteger(value)) this.#needsTimeText = true;
    const time = readDeviceTime(value, this.rules.times, fieldNumbers.get('timestamp'));
    if (isTimeFault(time)) return { pointer: '/timestamp', ...time };
    this.time = time;
    return undefined;
  }
}

/**
 * What is wrong with one report, or an empty list: {@link ReportCheck} for a value that is as exact as its text.
 * {@link DeviceReportDto} describes the same rules for class-validator; one table of cases holds the two together.
 * The size of the payload is checked where its bytes are at hand: see {@link payloadSizeProblem}.
 */
export function checkReport(value: unknown): readonly FieldProblem[] {
  return new ReportCheck().problemsOf(value);
}

/** Comparing is three times faster than asking a set. */
function isRequiredField(name: string): boolean {
  return name === 'device_id' || name === 'timestamp' || name === 'data_payload';
}

/** Narrows a value that {@link checkReport} found nothing wrong with. */
export function asReport(value: unknown): DeviceReport {
  return value as DeviceReport;
}

function addIfAny(problems: FieldProblem[], problem: FieldProblem | undefined): void {
  if (problem !== undefined) problems.push(problem);
}

const DEVICE_ID_RULE =
  'device_id must be 1 to 128 printable ASCII characters without " * , < > \\, without a space at an end, and not . or ..';
const RECORD_ID_RULE =
  'record_id must be 1 to 128 printable ASCII characters without a space at an end, and not . or ..; leave it out to have one assigned.';

export function deviceIdProblem(value: unknown): FieldProblem | undefined {
  return textProblem('/device_id', value, DEVICE_ID_PATTERN, DEVICE_ID_RULE);
}

export function recordIdProblem(value: unknown): FieldProblem | undefined {
  return textProblem('/record_id', value, RECORD_ID_PATTERN, RECORD_ID_RULE);
}

/** {@link deviceIdProblem} for what was accepted already: see {@link READABLE_DEVICE_ID_PATTERN}. */
export function readableDeviceIdProblem(value: unknown): FieldProblem | undefined {
  return textProblem('/device_id', value, READABLE_DEVICE_ID_PATTERN, DEVICE_ID_RULE);
}

export function readableRecordIdProblem(value: unknown): FieldProblem | undefined {
  return textProblem('/record_id', value, READABLE_RECORD_ID_PATTERN, RECORD_ID_RULE);
}

function textProblem(pointer: string, value: unknown, pattern: RegExp, detail: string): FieldProblem | undefined {
  if (value === undefined) return { pointer, code: 'required', detail };
  if (typeof value !== 'string') return { pointer, code: 'type', detail };
  if (value.length === 0 || value.length > MAX_ID_LENGTH) return { pointer, code: 'length', detail };
  return pattern.test(value) ? undefined : { pointer, code: 'pattern', detail };
}

/** For a timestamp of ours, or of a question: RFC 3339 only. */
export function timestampProblem(value: unknown): FieldProblem | undefined {
  const pointer = '/timestamp';
  const detail =
    'timestamp must be RFC 3339 with a zone, for example 2025-09-09T17:00:00Z or 2025-09-09T19:00:00.250+02:00';
  if (value === undefined) return { pointer, code: 'required', detail };
  if (typeof value !== 'string') return { pointer, code: 'type', detail };
  if (value.length > MAX_TIMESTAMP_LENGTH) return { pointer, code: 'length', detail };
  return isTimestamp(value) ? undefined : { pointer, code: 'timestamp', detail };
}

/** For the timestamp of a report, by the rules of a gateway without settings. */
export function deviceTimeProblem(value: unknown): FieldProblem | undefined {
  const time = readDeviceTime(value);
  return isTimeFault(time) ? { pointer: '/timestamp', ...time } : undefined;
}

export function payloadProblem(value: unknown): FieldProblem | undefined {
  return new PayloadCheck().problemOf(value);
}

export function unknownFieldProblem(field: string): FieldProblem {
  const detail = 'This field is unknown; put measured values into data_payload.';
  return { pointer: boundedPointer([field]), code: 'unknown-field', detail };
}

/**
 * What is wrong with a record that exceeds {@link recordLimits}. It is not parsed, so that nothing is known of what follows.
 *
 * @param brokenOff where it exceeds them
 */
export function flawProblems(
  flaw: ScanFlaw,
  { steps, fields }: BrokenOff,
  limits: PayloadLimits = PAYLOAD_LIMITS,
): readonly FieldProblem[] {
  const unknown = fields.filter((field) => field !== 'record_id' && !isRequiredField(field));
  if (unknown.length > 0) return unknown.slice(0, MAX_CHANGES).map(unknownFieldProblem);
  const field = steps[0] ?? 'data_payload';
  if (field !== 'data_payload') return fieldProblem(field, flaw === 'size' ? ' '.repeat(MAX_ID_LENGTH + 1) : []);
  const pointer = '/data_payload';
  if (flaw === 'size') return [{ pointer, code: 'payload-size', detail: tooLarge(limits) }];
  if (flaw === 'values') return [{ pointer, code: 'payload-values', detail: tooManyValues(limits) }];
  return [{ pointer: boundedPointer(steps), code: 'payload-depth', detail: tooDeep(limits) }];
}

/** @param value replaces a value that is too long or not a text */
function fieldProblem(field: string | number, value: unknown): readonly FieldProblem[] {
  if (field === 'record_id') return [recordIdProblem(value)!];
  return [field === 'timestamp' ? deviceTimeProblem(value)! : deviceIdProblem(value)!];
}
