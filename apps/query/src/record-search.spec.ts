import { beforeEach, expect, it } from '@jest/globals';
import { encodeEvent } from '@sluice/contracts';
import { MAX_PEEK_RECORDS } from './log-scan.js';
import { RecordSearch } from './record-search.js';
import { FakeTopic } from './testing/fake-event-log.js';
import { anEvent } from './testing/query-under-test.js';

const WAITING = 2_000;

let topic: FakeTopic;
let turns: number;
let search: RecordSearch;

beforeEach(() => {
  topic = new FakeTopic('ingest.events', 1);
  for (let n = 0; n < WAITING; n++) topic.appendEvent(anEvent({ record_id: `r-${n}` }));
  turns = 0;
  const takeTurn = async (): Promise<void> => void turns++;
  search = new RecordSearch({ inspector: topic, takeTurn }, ({ partition, committed, high }) => ({
    partition,
    fromOffset: committed,
    toOffset: high,
  }));
});

it('Buffered records are read in short steps, each in a separate turn', async () => {
  expect(await search.find('dev-2', 'nothing')).toEqual({ record: undefined, isExhaustive: true });
  expect(Math.max(...topic.peeks.map(({ maxRecords }) => maxRecords))).toBeLessThanOrEqual(MAX_PEEK_RECORDS);
  expect(turns).toBe(topic.peeks.length);
});

it('Concurrent questions share one scan', async () => {
  await search.find('dev-2', 'nothing');
  const peeksOfOne = topic.peeks.length;
  const answers = await Promise.all(Array.from({ length: 300 }, (_, n) => search.find('dev-2', `r-${n * 10}`)));
  expect(answers.filter(({ record }) => record !== undefined)).toHaveLength(WAITING / 10);
  expect(topic.peeks.length).toBeLessThanOrEqual(3 * peeksOfOne);
});

it('A record that was appended before the question is found, although a scan was in progress', async () => {
  const before = search.find('dev-2', 'nothing');
  await Promise.resolve();
  topic.appendEvent(anEvent({ record_id: 'late' }));
  const [, { record }] = await Promise.all([before, search.find('dev-2', 'late')]);
  expect(record?.offset).toBe(WAITING);
});

it('The newest of several records is found, and ids that are written with escapes', async () => {
  topic.appendEvent(anEvent({ record_id: 'r-1' }));
  const value = Buffer.from(String(encodeEvent(anEvent({ record_id: 'r-A' }))).replace('r-A', 'r-\\u0041'));
  topic.append({ key: Buffer.from('dev-2'), value, headers: { 'schema-version': '1' } });
  expect((await search.find('dev-2', 'r-1')).record?.offset).toBe(WAITING);
  expect((await search.find('dev-2', 'r-A')).record?.offset).toBe(WAITING + 1);
});

it('Every caller gets the error when the log is unavailable', async () => {
  topic.peek = () => Promise.reject(new Error('away'));
  const questions = ['a', 'b'].map((id) => search.find('dev-2', id));
  for (const question of await Promise.allSettled(questions)) expect(question.status).toBe('rejected');
});
