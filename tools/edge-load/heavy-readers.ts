/** `heavy-readers.ts <url>`: reads two exports and four series without a rest, and writes a word for each answer. */
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { EXPORT, SERIES } from './stored-series.js';

const url = process.argv[2]!;
/** Sooner than `Retry-After` asks for, so that no place is free for long. */
const REST_MS = 100;

async function readAgainAndAgain(path: string, word: string): Promise<void> {
  for (;;) {
    const [answer] = (await once(get(url + path), 'response')) as [IncomingMessage];
    answer.resume();
    await once(answer, 'end');
    process.stdout.write(`${answer.statusCode === 200 ? word : 'refused'}\n`);
    if (answer.statusCode !== 200) await setTimeout(REST_MS);
  }
}

const readers = [
  ...[1, 2].map(() => readAgainAndAgain(EXPORT, 'export')),
  ...[1, 2, 3, 4].map(() => readAgainAndAgain(SERIES, 'series')),
];
process.send!('all have asked');
await Promise.all(readers);
