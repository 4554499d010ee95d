import { writeSync } from 'node:fs';
import { SqliteEventLog } from '../sqlite-event-log.js';
import { embeddedOptions } from './embedded-logs.js';

/**
 * A program that publishes to the embedded log of a directory until it is killed, and prints a line for each acknowledged entry:
 * `partition offset value`. Values begin with a name of this run, so that no two runs share one.
 */
const [directory, run] = process.argv.slice(2) as [string, string];
const IN_FLIGHT = 8;
let published = 0;

const log = new SqliteEventLog(embeddedOptions(directory));
await log.createTopics([{ name: 'killed', partitions: 3 }]);
await Promise.all(Array.from({ length: IN_FLIGHT }, publishForever));

async function publishForever(): Promise<never> {
  for (;;) {
    const values = Array.from({ length: 1 + (published % 40) }, () => `${run}-${published++}`);
    const entries = values.map((value) => ({
      key: Buffer.from(value),
      value: Buffer.from(value),
      headers: {},
      timestampMs: Date.now(),
    }));
    const outcomes = await log.publisher.publish('killed', entries);
    const lines = outcomes.map((outcome, index) =>
      outcome.written ? `${outcome.partition} ${outcome.offset} ${values[index]}\n` : '',
    );
    writeSync(1, lines.join(''));
  }
}
