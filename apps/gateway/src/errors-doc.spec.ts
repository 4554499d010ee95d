import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PROBLEMS, type ProblemCode } from '@sluice/contracts';
import { TokenDirectory } from '@sluice/operator/testing';
import { GatewayUnderTest } from './testing/gateway-under-test.js';
import { exchange } from './testing/raw-socket.js';

/** The text below each heading of the codes. */
const sections = new Map(
  readFileSync('docs/reference/errors.md', 'utf8')
    .split(/^## /m)
    .slice(1)
    .map((section) => [section.split('\n', 1)[0]!, section.slice(section.indexOf('\n'))]),
);
const headingOf = (code: ProblemCode): string => `\`${code}\` (${PROBLEMS[code].status})`;
const codes = Object.keys(PROBLEMS) as ProblemCode[];

/** Codes whose example needs a gateway that asks for tokens. */
const WITH_TOKENS: readonly ProblemCode[] = ['unauthorized', 'forbidden', 'claim-refused'];
const examples = codes
  .map((code) => [code, /```http\n(.*?)\n```/s.exec(sections.get(headingOf(code)) ?? '')?.[1]] as const)
  .filter((example): example is readonly [ProblemCode, string] => example[1] !== undefined);

const directory = new TokenDirectory();
let [open, restricted]: GatewayUnderTest[] = [];
let token = '';
beforeAll(async () => {
  token = await directory.create('--device dev-2');
  // Nothing listens on port 1: the reads find no query service.
  open = await GatewayUnderTest.start({ queryUrl: 'http://127.0.0.1:1' });
  restricted = await GatewayUnderTest.start(directory.options);
  await restricted.gate.feed!.refresh();
});
afterAll(async () => {
  await Promise.all([open!.stop(), restricted!.stop()]);
  directory.remove();
});

describe('docs/reference/errors.md', () => {
  it('docs/reference/errors.md has every code with its status, in the order of the code, and no other', () => {
    expect([...sections.keys()]).toEqual(codes.map(headingOf));
  });

  it.each(codes)('docs/reference/errors.md shows how to get %s and what to do', (code) => {
    const text = sections
      .get(headingOf(code))!
      .replace(/```http.*?```/s, '')
      .trim();
    expect(text.length).toBeGreaterThan(40);
  });

  it.each(examples)('docs/reference/errors.md has a request that gets %s', async (code, example) => {
    const gateway = WITH_TOKENS.includes(code) ? restricted! : open!;
    const answer = await exchange(gateway.url, requestOf(example));
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${PROBLEMS[code].status} `));
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({ code });
  });

  it('docs/reference/errors.md has examples at all', () => expect(examples.length).toBeGreaterThan(12));
});

/** What a person writes, as bytes: with the length of the body, and with what the angle brackets stand for. */
function requestOf(example: string): string {
  const [head = '', body = ''] = example.split('\n\n');
  const [line = '', ...fields] = head.split('\n').map((text) => text.replace('<token of dev-2>', token));
  const padded = fields.map((field) => field.replace('<20000 bytes>', 'x'.repeat(20_000)));
  const host = fields.some((field) => field.startsWith('Host:')) ? [] : ['Host: gateway'];
  const framing = ['Connection: close', `Content-Length: ${body.length}`];
  return [`${line} HTTP/1.1`, ...host, ...padded, ...framing, '', body].join('\r\n');
}
