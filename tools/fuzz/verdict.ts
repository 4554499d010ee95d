import { type WireAnswer, readAnswers } from './answers.js';
import type { AcceptedRecords } from './accepted-records.js';
import type { Attack } from './attacks.js';
import type { ReadValue } from './exact-value.js';
import { sentRecords } from './sent-records.js';

interface Result {
  index?: number;
  status: string;
  record_id: string;
}

/** Looks at what came back for an attack, and notes what was accepted. @returns what is wrong */
export function judge(attack: Attack, received: Buffer, accepted: AcceptedRecords): string[] {
  const answers = readAnswers(received).filter(({ status }) => status !== CONTINUE);
  const faults = answers.flatMap((answer) => faultsOf(answer, attack));
  if (attack.isComplete && answers.length !== 1) faults.push(`a whole request got ${answers.length} answers`);
  const takings = answers.filter(({ status }) => status === 202 || status === 207);
  if (takings.length > 1) faults.push('one request was taken twice');
  if (answers.length === 0 && attack.body !== undefined) noteUnknown(attack.body, accepted);
  return [...faults, ...takings.flatMap((answer) => note(answer, attack, accepted))];
}

const CONTINUE = 100;

function faultsOf({ status, headers, body }: WireAnswer, { isHead = false }: Attack): string[] {
  if (status < 400) return [];
  const isShed = status === 503 && Number(headers.get('retry-after')) >= 1;
  if (status >= 500 && !isShed && headers.get('content-type')?.startsWith('application/json') !== true)
    return [`${status}: ${body}`];
  if (isHead) return [];
  const isProblem = headers.get('content-type') === 'application/problem+json' && typeof codeOf(body) === 'string';
  return isProblem || status === 503 ? [] : [`${status} is answered without a problem: ${body}`];
}

function codeOf(body: string): unknown {
  try {
    return (JSON.parse(body) as { code?: unknown }).code;
  } catch {
    return undefined;
  }
}

/** Who ends a connection before the answer does not know what became of the record. */
function noteUnknown(body: Buffer, accepted: AcceptedRecords): void {
  const [record] = sentRecords(body, false);
  if (record?.exact !== undefined && record.members?.has('device_id') === true) accepted.addUnknown(record);
}

function note({ body }: WireAnswer, attack: Attack, accepted: AcceptedRecords): string[] {
  if (attack.body === undefined) return [`something was taken of ${attack.kind}: ${body}`];
  const { results, ...single } = JSON.parse(body) as Result & { results?: Result[] };
  const sent = sentRecords(attack.body, results !== undefined);
  const taken = (results ?? [single]).filter(({ status }) => status === 'accepted');
  return taken.flatMap(({ index = 0, record_id }) => noteOne(sent[index], record_id, accepted));
}

function noteOne(record: ReadValue | undefined, recordId: string, accepted: AcceptedRecords): string[] {
  if (record?.exact === undefined || record.members === undefined)
    return [`what cannot be read exactly was accepted as ${recordId}`];
  accepted.add(record, recordId);
  return [];
}
