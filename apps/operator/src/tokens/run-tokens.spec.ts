import { afterAll, describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openTokenStore } from '@sluice/engines';
import { TOKEN_PATTERN } from '@sluice/ingest';
import { idOf, TokenDirectory } from '../testing/token-directory.js';

const NOW_MS = Date.parse('2025-09-09T17:00:00Z');
const directory = new TokenDirectory();
afterAll(() => directory.remove());

describe('sluice tokens', () => {
  it.each([
    ['--device dev-2', 'device dev-2  ingest'],
    ['--device dev-2 --scope read', 'device dev-2  read'],
    ['--pattern lab-7:* --scope ingest --scope read', 'devices lab-7:*  ingest+read'],
    ['--reader', 'readers  read'],
    ['--operator', 'operators  operate'],
    ['--operator --scope read', 'operators  read+operate'],
  ])(
    'The command sluice tokens create %s prints the token, and list shows it without its secret',
    async (holder, shown) => {
      const { out, notes } = await directory.run(`create ${holder}`, NOW_MS);
      expect(out).toMatch(TOKEN_PATTERN);
      const list = await directory.run('list', NOW_MS);
      expect(list.out).toContain(`${idOf(out)}  ${shown}  created 2025-09-09T17:00:00.000Z  valid`);
      for (const text of [list.out, list.notes, notes]) expect(text).not.toContain(out.split('_')[2]);
    },
  );

  it('The command sluice tokens create with several devices or patterns makes one token for each, a line each in their order', async () => {
    const { out, notes } = await directory.run('create --device a1 --device a2 --scope ingest --scope read', NOW_MS);
    const tokens = out.split('\n');
    expect(tokens).toHaveLength(2);
    for (const token of tokens) expect(token).toMatch(TOKEN_PATTERN);
    const { out: list } = await directory.run('list', NOW_MS);
    for (const [index, device] of ['a1', 'a2'].entries()) {
      expect(list).toContain(`${idOf(tokens[index]!)}  device ${device}  ingest+read`);
      expect(notes).toContain(`Token ${idOf(tokens[index]!)} for device ${device}`);
    }
    const patterns = (await directory.run('create --pattern p-1* --pattern p-2*', NOW_MS)).out.split('\n');
    expect(patterns).toHaveLength(2);
  });

  it('The command sluice tokens create makes no token if one of several names is wrong', async () => {
    const before = (await directory.run('list')).out;
    await expect(directory.run('create --device a3 --device a,4')).rejects.toThrow('"a,4" is not a device_id');
    await expect(directory.run('create --device a3 --scope ingest --scope all')).rejects.toThrow(
      '"all" is not a scope',
    );
    expect((await directory.run('list')).out).toBe(before);
  });

  it('The command sluice tokens keeps no token in its files', async () => {
    const tokens = [await directory.create('--device dev-2'), await directory.create('--reader')];
    const files = readdirSync(directory.path).map((name) => readFileSync(join(directory.path, name), 'latin1'));
    expect(files.join()).toContain(idOf(tokens[0]!));
    for (const token of tokens) expect(files.join()).not.toContain(token.split('_')[2]);
  });

  it('The command sluice tokens rotate prints another secret of the same token, and says until when the old one is valid', async () => {
    const old = await directory.create('--device dev-2');
    const { out, notes } = await directory.run(`rotate ${idOf(old)} --grace 90m`, NOW_MS);
    expect(idOf(out)).toBe(idOf(old));
    expect(out).not.toBe(old);
    expect(notes).toContain('valid until 2025-09-09T18:30:00.000Z');
    expect((await directory.run('list', NOW_MS)).out).toContain('valid, old secret until 2025-09-09T18:30:00.000Z');
  });

  it('The command sluice tokens revoke ends a token, and the list shows it', async () => {
    const id = idOf(await directory.create('--device dev-2'));
    await directory.run(`revoke ${id}`, NOW_MS);
    expect((await directory.run('list')).out).toMatch(new RegExp(`${id} .*revoked 2025-09-09T17:00:00.000Z`));
    for (const command of ['rotate', 'revoke']) {
      await expect(directory.run(`${command} ${id}`)).rejects.toThrow(/is already revoked; create makes a new one/);
    }
  });

  it('The command sluice tokens create --expires shows when a token ends, and list reports that it has', async () => {
    const { out } = await directory.run('create --device exp-1 --expires 90d', NOW_MS);
    const lineAt = async (ms: number) =>
      (await directory.run('list', ms)).out.split('\n').find((line) => line.startsWith(idOf(out)));
    expect(await lineAt(NOW_MS)).toContain('valid until 2025-12-08T17:00:00.000Z');
    expect(await lineAt(NOW_MS + 90 * 86_400_000)).toContain('expired 2025-12-08T17:00:00.000Z');
    const fixed = await directory.run('create --device exp-2 --expires 2026-01-01T00:00:00Z', NOW_MS);
    expect((await directory.run('list', NOW_MS)).out).toContain(`${idOf(fixed.out)}  device exp-2  ingest`);
  });

  it('The command sluice tokens create --csv makes a token for each line and prints them as CSV', async () => {
    const file = join(directory.path, 'devices.csv');
    writeFileSync(file, '\uFEFFdevice_id,scopes\r\ncsv-1,\r\ncsv-2,ingest+read\r\n\r\ncsv-9:*,read\r\n');
    const { out, notes } = await directory.run(`create --csv ${file} --expires 1d`, NOW_MS);
    const [head, ...lines] = out.split('\n');
    expect(head).toBe('device_id,token_id,token');
    expect(lines.map((line) => line.split(',')[0])).toEqual(['csv-1', 'csv-2', 'csv-9:*']);
    for (const line of lines) expect(line.split(',')[2]).toMatch(TOKEN_PATTERN);
    const list = (await directory.run('list', NOW_MS)).out;
    expect(list).toMatch(/device csv-2 {2}ingest\+read .* valid until/);
    expect(list).toMatch(/devices csv-9:\* {2}read /);
    expect(notes).toContain('3 tokens');
  });

  it.each([
    ['csv-a\ncsv-a\n', 'line 2: device csv-a is in line 1'],
    ['a<b\n', 'line 1: "a<b" is neither'],
    ['ok,all\n', 'line 1: "all" is not a scope'],
    ['ok,read,more\n', 'line 1: a line is device_id,scopes'],
    ['device_id\n', 'names no device'],
  ])('The command sluice tokens create --csv creates no token from %j', async (text, words) => {
    const file = join(directory.path, 'wrong.csv');
    writeFileSync(file, text);
    const before = (await directory.run('list')).out;
    await expect(directory.run(`create --csv ${file}`)).rejects.toThrow(words);
    expect((await directory.run('list')).out).toBe(before);
  });

  it('The command sluice tokens list --json shows every token, and when it was used last', async () => {
    const id = idOf(await directory.create('--device used-1'));
    const store = await openTokenStore({ url: directory.url, clientId: 'suite', timeoutMs: 5_000 });
    await store.noteUses([{ id, atMs: NOW_MS }]);
    await store.close();
    const { tokens } = JSON.parse((await directory.run('list --json')).out) as { tokens: { id: string }[] };
    expect(tokens.find((token) => token.id === id)).toMatchObject({
      holder: 'device used-1',
      scopes: ['ingest'],
      state: 'valid',
      expires_at: null,
      last_used_at: '2025-09-09T17:00:00.000Z',
    });
  });

  it('The command sluice tokens revoke --pattern revokes the tokens of these devices and of patterns within it, and no others', async () => {
    for (const holder of [
      '--device rev-1:a',
      '--device rev-1:b',
      '--pattern rev-1:c*',
      '--device rev-2',
      '--pattern rev*',
    ])
      await directory.create(holder);
    const { out, notes } = await directory.run('revoke --pattern rev-1:*', NOW_MS);
    expect(
      out
        .split('\n')
        .map((line) => line.split('  ')[1])
        .toSorted(),
    ).toEqual(['device rev-1:a', 'device rev-1:b', 'devices rev-1:c*']);
    expect(notes).toContain('3 tokens are revoked');
    expect((await directory.run('revoke --pattern rev-1:*', NOW_MS)).notes).toBe('0 tokens are revoked.');
  });

  it('The command sluice tokens claim-code prints a code, and list shows its token as unclaimed until then', async () => {
    const { out, notes } = await directory.run('claim-code claim-1 --valid 2h', NOW_MS);
    expect(out).toMatch(/^([0-9A-HJKMNP-TV-Z]{5}-){3}[0-9A-HJKMNP-TV-Z]{5}$/);
    expect(notes).toContain('works once, until 2025-09-09T19:00:00.000Z');
    const lineAt = async (ms: number) =>
      (await directory.run('list', ms)).out.split('\n').find((line) => line.includes('device claim-1'));
    expect(await lineAt(NOW_MS)).toContain('unclaimed until 2025-09-09T19:00:00.000Z');
    expect(await lineAt(NOW_MS + 7_200_000)).toContain('not claimed until 2025-09-09T19:00:00.000Z');
  });

  it('The command sluice tokens claim-code --csv makes a code for each line', async () => {
    const file = join(directory.path, 'claims.csv');
    writeFileSync(file, 'claim-2\nclaim-3:*,ingest+read\n');
    const { out, notes } = await directory.run(`claim-code --csv ${file}`, NOW_MS);
    expect(out).toMatch(/^device_id,token_id,claim_code\nclaim-2,[0-9a-f]{12},\S{23}\nclaim-3:\*,[0-9a-f]{12},\S{23}$/);
    expect(notes).toContain('2 codes. Each works once');
  });

  it('The command sluice tokens --help prints the usage', async () => {
    expect((await directory.run('--help')).out).toContain('create --device <device_id>');
  });

  it.each([
    ['', /no command/],
    ['make', /no such command/],
    ['create', /give one of --device/],
    ['create --device dev-2 --reader', /give one of --device/],
    ['create --device dev,2', /"dev,2" is not a device_id/],
    ['create --device dev-2 --device dev-2', /dev-2 is named twice/],
    ['create --reader --reader', /--reader is given 2 times/],
    ['create --device dev-2 --grace 1h', /--grace is not an option of create; it belongs to rotate/],
    ['list --device dev-2', /--device is not an option of list/],
    ['list --scope read', /--scope is not an option of list/],
    ['rotate 0123456789ab --grace 1h --grace 2h', /--grace is given 2 times/],
    ['revoke 0123456789ab --reader', /--reader is not an option of revoke/],
    ['create --pattern lab-7', /one \* at its end/],
    ['create --device dev-2 --scope write', /"write" is not a scope: a scope is ingest or read/],
    ['create --reader --scope ingest', /readers and operators do not send/],
    ['create --device dev-2 more', /too many words/],
    ['create --admin', /Unknown option/],
    ['create --operator --reader', /give --operator --scope read/],
    ['create --operator --device dev-2', /give one of --device/],
    ['create --operator --scope ingest', /do not send/],
    ['create --device dev-2 --scope operate', /give --operator/],
    ['rotate', /which token/],
    ['create --device dev-2 --expires soon', /--expires must be a duration like/],
    ['create --device dev-2 --expires 2001-01-01T00:00:00Z', /--expires is in the past/],
    ['create --csv x --device dev-2', /--csv names the devices/],
    ['create --csv /nowhere', /--csv: /],
    ['claim-code', /give one device_id, or --csv/],
    ['claim-code dev-2 --csv x', /give one device_id, or --csv/],
    ['claim-code dev,2', /"dev,2" is not a device_id/],
    ['claim-code dev-2 --valid 31d', /--valid must be from 1s to 30d/],
    ['claim-code dev-2 --valid 0s', /--valid must be from 1s to 30d/],
    ['create --device dev-2 --valid 1d', /--valid is not an option of create; it belongs to claim-code/],
    ['list --expires 1d', /--expires is not an option of list/],
    ['revoke 0123456789ab --device dev-2', /not both/],
    ['rotate 0123456789ab', /no token with this id/],
    ['revoke 0123456789ab more', /too many words/],
  ])('The command sluice tokens refuses %j with the reason', async (command, message) => {
    await expect(directory.run(command)).rejects.toThrow(message);
  });

  it.each(['24', '1w', '-1h', '1.5h', 'soon', '9999999d'])(
    'The command sluice tokens refuses a grace of %s',
    async (grace) => {
      const id = idOf(await directory.create('--device dev-2'));
      await expect(directory.run(`rotate ${id} --grace=${grace}`)).rejects.toThrow(/--grace must be a duration like/);
    },
  );
});
