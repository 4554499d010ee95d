import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { COMMANDS } from '../commands.js';
import { sluice } from '../sluice.js';

const SOURCES = { lora: { preset: 'chirpstack' }, plc: { each: '/rows', device_id: '^/line', payload: '/values' } };
const UP = {
  deduplicationId: 'id-1',
  time: '2026-11-28T12:00:00Z',
  deviceInfo: { devEui: '0101010101010101' },
  object: { counter: 0 },
};

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-map-'));
  writeFileSync(join(directory, 'sources.json'), JSON.stringify(SOURCES));
  writeFileSync(join(directory, 'up.json'), JSON.stringify(UP).replace(':0}', ':1490745150008486243}'));
  writeFileSync(join(directory, 'join.json'), '{"deviceInfo":{}}');
  writeFileSync(join(directory, 'rows.json'), '{"line":"a*","rows":[{"values":{"t":1}},{"values":{"t":2}}]}');
  writeFileSync(join(directory, 'half.json'), '{"line":');
});
afterAll(() => rmSync(directory, { recursive: true }));

async function run(sample: string, ...options: string[]) {
  const [out, notes]: string[][] = [[], []];
  const output = { out: (line: string) => void out!.push(line), note: (line: string) => void notes!.push(line) };
  const args = ['map', 'try', join(directory, 'sources.json'), join(directory, sample), ...options];
  const code = await sluice(args, COMMANDS, { env: {}, output });
  return { code, out: out!, notes: notes!.join('\n') };
}

describe('sluice map try', () => {
  it('The command sluice map try prints the records of a sample', async () => {
    const { code, out } = await run('up.json', '--source', 'lora');
    expect([code, out]).toEqual([
      0,
      [
        '{"device_id":"0101010101010101","data_payload":{"counter":1490745150008486243},' +
          '"timestamp":"2026-11-28T12:00:00Z","record_id":"id-1"}',
      ],
    ]);
  });

  it.each([
    ['the first pointer that is missing', 'join.json', ['--source', 'lora'], /no value at \/deviceInfo\/devEui/],
    ['that a sample is ignored', 'up.json', ['--source', 'lora', '--query', 'event=join'], /would be answered 200/],
    ['the rules that a record breaks', 'rows.json', ['--source', 'plc'], /^\/device_id: device_id must be/],
    ['a sample that is not JSON', 'half.json', ['--source', 'plc'], /half\.json is not JSON/],
    ['which sources there are', 'up.json', ['--source', 'x'], /--source must be one of lora, plc/],
    ['a file that there is not', 'none.json', ['--source', 'lora'], /none\.json cannot be read \(ENOENT\)/],
    ['an option that it does not know', 'up.json', ['--sauce'], /sluice help map/],
  ])('The command sluice map try says %s, and exits with 1', async (_, sample, options, message) => {
    const { code, notes } = await run(sample, ...options);
    expect([code, notes]).toEqual([1, expect.stringMatching(message)]);
  });
});
