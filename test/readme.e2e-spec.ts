import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  answerTo,
  asShown,
  comparable,
  readmeExamples,
  type ReadmeExample,
  profile,
  startSystem,
  type System,
  until,
} from '@sluice/test-kit';

const examples = await readmeExamples();

let system: System;

beforeAll(async () => {
  system = await startSystem();
});

afterAll(() => system.dispose());

async function answerNow(example: ReadmeExample): Promise<unknown> {
  const answer = comparable(await answerTo(example, system.baseUrl));
  return asShown(answer, comparable(example.answer));
}

/** A record takes a moment from the buffer to the store: what only reads is repeated until it says what the README says. */
async function answerInTheEnd(example: ReadmeExample): Promise<unknown> {
  let answer: unknown;
  const isAsShown = async (): Promise<true | undefined> => {
    answer = await answerNow(example);
    return isDeepStrictEqual(answer, comparable(example.answer)) || undefined;
  };
  await until('the answer is the one of the README', isAsShown, { tries: 100 }).catch(() => undefined);
  return answer; // as it is, if it never came: the test shows the difference
}

const isReading = ({ command }: ReadmeExample): boolean => !/\s(-d|--data\S*|--json|-X|--request)\s/.test(command);

describe(`The README's commands, on a fresh system (${profile()})`, () => {
  it('The commands of the README cover ingest, the buffer and the records', () => {
    const paths = examples.map(({ command }) => /:8000(\/[\w-]+)/.exec(command)?.[1]);
    expect(paths).toEqual(expect.arrayContaining(['/ingest', '/check-buffer', '/records']));
  });

  it.each(examples)('The command of the README works: $command', async (example) => {
    const answer = await (isReading(example) ? answerInTheEnd(example) : answerNow(example));
    expect(answer).toEqual(comparable(example.answer));
  });
});
