import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '@sluice/contracts';
import { COMMANDS } from '../commands.js';
import { sluice } from '../sluice.js';
import { compareSchemas } from './compare-schemas.js';

const number = (more: object = {}) => ({ type: 'number', ...more });
const object = (properties: object, more: object = {}) => ({ type: 'object', properties, ...more });

describe('The comparison of two schemas', () => {
  it.each<[string, object, object, 'yes' | 'no' | 'unknown']>([
    ['the same', object({ a: number() }), object({ a: number() }), 'yes'],
    ['another description', object({ a: number() }), object({ a: number({ description: 'x' }) }), 'yes'],
    ['a new member that may be missing', object({ a: number() }), object({ a: number(), b: number() }), 'yes'],
    ['a member less', object({ a: number() }), object({}), 'yes'],
    ['a member that is required now', object({ a: number() }), object({ a: number() }, { required: ['a'] }), 'no'],
    ['a member that is not required any more', object({}, { required: ['a'] }), object({}), 'yes'],
    ['integer to number', object({ a: { type: 'integer' } }), object({ a: number() }), 'yes'],
    ['number to integer', object({ a: number() }), object({ a: { type: 'integer' } }), 'no'],
    ['one type more', object({ a: number() }), object({ a: { type: ['number', 'null'] } }), 'yes'],
    ['a wider bound', object({ a: number({ maximum: 5 }) }), object({ a: number({ maximum: 6 }) }), 'yes'],
    ['a narrower bound', object({ a: number({ maximum: 5 }) }), object({ a: number({ maximum: 4 }) }), 'no'],
    ['a new bound', object({ a: number() }), object({ a: number({ minimum: 0 }) }), 'no'],
    ['a bound of another type', object({ a: number() }), object({ a: number({ maxLength: 1 }) }), 'yes'],
    ['one value more', object({ a: { enum: [1] } }), object({ a: { enum: [1, 2] } }), 'yes'],
    ['one value less', object({ a: { enum: [1, 2] } }), object({ a: { enum: [1] } }), 'no'],
    ['no others any more', object({ a: number() }), object({ a: number() }, { additionalProperties: false }), 'no'],
    ['others again', object({}, { additionalProperties: false }), object({ a: number() }), 'yes'],
    ['narrower items', { type: 'array', items: {} }, { type: 'array', items: number() }, 'no'],
    ['another pattern', object({ a: { pattern: 'a' } }), object({ a: { pattern: 'b' } }), 'unknown'],
    ['a pattern less', object({ a: { pattern: 'a' } }), object({ a: {} }), 'yes'],
    ['a reference', { $ref: '#/$defs/a', $defs: { a: number() } }, number({ maximum: 1 }), 'no'],
    ['itself', object({ a: { $ref: '#' } }), object({ a: { $ref: '#' }, b: number() }), 'yes'],
  ])('The comparison of two schemas reports the verdict on %s', (_, before, after, verdict) => {
    expect(compareSchemas(before as JsonObject, after as JsonObject).verdict).toBe(verdict);
  });
});

let directory: string;
let server: Server | undefined;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-schemas-'));
  mkdirSync(join(directory, 'thermometer'));
  writeFileSync(join(directory, 'devices.txt'), 'lab-7:* -> thermometer/1 enforce\n* -> other/1');
  const write = (version: number, schema: object) =>
    writeFileSync(join(directory, `thermometer/${version}.json`), JSON.stringify(schema));
  write(1, object({ t: number() }));
  write(2, object({ t: number({ maximum: 50 }) }));
  write(3, { minimun: 1 });
});
afterEach(() => void server?.close());
afterAll(() => rmSync(directory, { recursive: true }));

async function run(args: string[], env: NodeJS.ProcessEnv = {}) {
  const [out, notes]: string[][] = [[], []];
  const output = { out: (line: string) => void out!.push(line), note: (line: string) => void notes!.push(line) };
  const paths = args.map((arg) => (/^\d$/.test(arg) ? join(directory, `thermometer/${arg}.json`) : arg));
  const code = await sluice(['schemas', ...paths], COMMANDS, { env, output });
  return { code, out: out!, notes: notes!.join('\n') };
}

/** A service with two pages of records. */
async function service(status = 200): Promise<NodeJS.ProcessEnv> {
  const recordsOf = (device: string, payload: string, at: number) =>
    `{"device_id":"${device}","record_id":"r${at}","data_payload":${payload}}`;
  const page = (from: number, cursor: string) => {
    const records = [0, 1, 2].map((n) => recordsOf('lab-7:a', `{"t":${n === 1 ? 20 : 9007199254740993}}`, from + n));
    return `{"records":[${[...records, recordsOf('other', '{"t":"x"}', 9)].join()}],"next_cursor":${cursor}}`;
  };
  server = createServer(({ url, headers }, answer) => {
    if (status !== 200 || headers.authorization !== 'Bearer t')
      return answer.writeHead(401).end('{"detail":"No token."}');
    return answer.end(url!.includes('cursor=') ? page(3, 'null') : page(0, '"next"'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { SLUICE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, SLUICE_TOKEN: 't' };
}

describe('sluice schemas', () => {
  it.each([
    ['1', '1', 0, ''],
    ['1', '2', 1, '/t: maximum is narrower'],
    ['2', '1', 0, ''],
    ['1', '3', 2, ''],
  ])('The command sluice schemas check %s %s exits with %i', async (before, after, code, out) => {
    expect(await run(['check', before, after])).toMatchObject({ code, out: out === '' ? [] : [out] });
  });

  it('The command sluice schemas try sends the token that a file has', async () => {
    const { SLUICE_URL } = await service();
    const file = join(mkdtempSync(join(tmpdir(), 'sluice-token-')), 'token');
    writeFileSync(file, 't\n');
    expect(await run(['try', '2'], { SLUICE_URL, SLUICE_TOKEN_FILE: file })).toMatchObject({ code: 0 });
  });

  it('The command sluice schemas try counts the stored records of the devices that would be refused, and shows three', async () => {
    const { code, out } = await run(['try', '2'], await service());
    expect(code).toBe(0);
    expect(out).toHaveLength(4);
    expect(out[0]).toBe(
      '{"device_id":"lab-7:a","record_id":"r0","pointer":"/data_payload/t","rule":"maximum","expected":"a number <= 50"}',
    );
    expect(out[3]).toBe('4 of the last 6 records would be refused by thermometer/2.');
  });

  it('The command sluice schemas try ends after as many records as it is asked for', async () => {
    const { out } = await run(['try', '2', '--last=2'], await service());
    expect(out.at(-1)).toBe('1 of the last 2 records would be refused by thermometer/2.');
  });

  it.each([
    [['try', '2', '--last=0'], /--last must be a whole number/],
    [['try'], /schemas check OLD NEW/],
    [['try', '2'], /does not answer; set SLUICE_URL/],
  ])('The command sluice schemas refuses %j', async (args, message) => {
    const env = { SLUICE_URL: 'http://127.0.0.1:1' };
    expect(await run(args, env)).toMatchObject({ code: 1, notes: expect.stringMatching(message) });
  });

  it('The command sluice schemas try reports what the service answers', async () => {
    expect(await run(['try', '2'], await service(401))).toMatchObject({
      notes: expect.stringMatching(/answers 401: No token/),
    });
  });
});
