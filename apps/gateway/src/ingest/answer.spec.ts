import { describe, expect, it } from '@jest/globals';
import { encodeReceipt } from '@sluice/contracts';
import { answerToMany, answerToOne } from './answer.js';
import { confirmed, rejected, type Verdict } from '@sluice/ingest';

const ACCEPTED = confirmed('run-1', 'dev-2', { written: true, partition: 3, offset: 17 });
const RETRY = confirmed('run-2', 'dev-2', { written: false, reason: 'broker-7.internal is away' });
const rejectedAt = (place: string) => rejected(place, [{ pointer: '/timestamp', code: 'timestamp', detail: 'Wrong.' }]);

const bodyOf = (verdicts: readonly Verdict[]) =>
  JSON.parse(String(answerToMany(verdicts).body)) as Record<string, unknown>;

describe('The answer to one record', () => {
  it('The answer to one record is 202 with id, device and receipt', () => {
    const { status, body } = answerToOne(ACCEPTED);
    expect(status).toBe(202);
    expect(JSON.parse(String(body))).toEqual({
      record_id: 'run-1',
      device_id: 'dev-2',
      status: 'accepted',
      receipt: '3.h',
    });
  });

  it('The answer to one record is a problem if it was rejected or not acknowledged', () => {
    expect(() => answerToOne(rejectedAt(''))).toThrow(expect.objectContaining({ status: 422 }));
    expect(() => answerToOne(RETRY)).toThrow(expect.objectContaining({ status: 503, retryAfterSeconds: 2 }));
  });
});

describe('The answer to many records', () => {
  it('The answer to many records is JSON whatever characters the ids have', () => {
    const odd = confirmed('"\\/', 'dev-2', { written: true, partition: 0, offset: 0 });
    expect(bodyOf([odd])).toMatchObject({ results: [{ record_id: '"\\/' }] });
  });

  it('The answer to many records has a result for each, in their order, without white space', () => {
    const ids = Array.from({ length: 1200 }, (_, index) => `run ${index}`);
    const verdicts = ids.map((id, offset) => confirmed(id, 'dev-2', { written: true, partition: 11, offset }));
    const results = ids.map((record_id, index) => {
      return { index, record_id, status: 'accepted', receipt: encodeReceipt(11, index) };
    });
    const text = JSON.stringify({ accepted: 1200, rejected: 0, results });
    expect(String(answerToMany(verdicts).body)).toBe(text);
  });

  it.each([0, 1])('The answer to many records is JSON for %d of them, too', (count) => {
    const answer = bodyOf(new Array<Verdict>(count).fill(ACCEPTED));
    expect(answer).toMatchObject({ accepted: count, rejected: 0 });
    expect(answer['results']).toHaveLength(count);
  });

  it('The answer to many records counts the accepted and the rejected ones, and those to send again', () => {
    expect(bodyOf([ACCEPTED, RETRY, rejectedAt('/2')])).toMatchObject({ accepted: 1, rejected: 1, retry: 1 });
  });

  it('The answer to many records shows no error text of the event log', () => {
    expect(answerToMany([ACCEPTED, RETRY]).body).not.toContain('broker-7');
  });

  it.each<[string, Verdict[], number, number | undefined]>([
    ['all accepted', [ACCEPTED, ACCEPTED], 202, undefined],
    ['some rejected', [ACCEPTED, rejectedAt('/1')], 207, undefined],
    ['some not confirmed', [RETRY, ACCEPTED], 207, 2],
  ])(
    'The answer to many records has the status that follows from their results: %s',
    (_name, verdicts, status, retryAfterSeconds) => {
      const answer = answerToMany(verdicts);
      expect([answer.status, answer.retryAfterSeconds]).toEqual([status, retryAfterSeconds]);
    },
  );

  it.each<[string, Verdict[], number]>([
    ['none valid', [rejectedAt('/0'), rejectedAt('/1')], 422],
    ['none accepted, some not confirmed', [rejectedAt('/0'), RETRY], 503],
  ])('The answer to many records is a problem: %s', (_name, verdicts, status) => {
    expect(() => answerToMany(verdicts)).toThrow(expect.objectContaining({ status }));
  });
});
