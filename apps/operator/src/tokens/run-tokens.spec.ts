import { afterAll, describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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
  ])('create %s prints the token, and list shows it without its secret', async (holder, shown) => {
    const { out, notes } = await directory.run(`create ${holder}`, NOW_MS);
    expect(out).toMatch(TOKEN_PATTERN);
    const list = await directory.run('list', NOW_MS);
    expect(list.out).toContain(`${idOf(out)}  ${shown}  created 2025-09-09T17:00:00.000Z  valid`);
    for (const text of [list.out, list.notes, notes]) expect(text).not.toContain(out.split('_')[2]);
  });

  it('create with several devices or patterns makes one token for each, a line each in their order', async () => {
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

  it('create makes no token if one of several names is wrong', async () => {
    const before = (await directory.run('list')).out;
    await expect(directory.run('create --device a3 --device a,4')).rejects.toThrow('"a,4" is no device_id');
    await expect(directory.run('create --device a3 --scope ingest --scope all')).rejects.toThrow('"all" is no scope');
    expect((await directory.run('list')).out).toBe(before);
  });

  it('keeps no token in its files', async () => {
    const tokens = [await directory.create('--device dev-2'), await directory.create('--reader')];
    const files = readdirSync(directory.path).map((name) => readFileSync(join(directory.path, name), 'latin1'));
    expect(files.join()).toContain(idOf(tokens[0]!));
    for (const token of tokens) expect(files.join()).not.toContain(token.split('_')[2]);
  });

  it('rotate prints another secret of the same token, and says until when the old one is good', async () => {
    const old = await directory.create('--device dev-2');
    const { out, notes } = await directory.run(`rotate ${idOf(old)} --grace 90m`, NOW_MS);
    expect(idOf(out)).toBe(idOf(old));
    expect(out).not.toBe(old);
    expect(notes).toContain('good until 2025-09-09T18:30:00.000Z');
    expect((await directory.run('list', NOW_MS)).out).toContain('valid, old secret until 2025-09-09T18:30:00.000Z');
  });

  it('revoke is shown in the list, and is the end of a token', async () => {
    const id = idOf(await directory.create('--device dev-2'));
    await directory.run(`revoke ${id}`, NOW_MS);
    expect((await directory.run('list')).out).toMatch(new RegExp(`${id} .*revoked 2025-09-09T17:00:00.000Z`));
    for (const command of ['rotate', 'revoke']) {
      await expect(directory.run(`${command} ${id}`)).rejects.toThrow(/is revoked already; create makes a new one/);
    }
  });

  it('--help says how', async () => {
    expect((await directory.run('--help')).out).toContain('create --device <device_id>');
  });

  it.each([
    ['', /no command/],
    ['make', /no such command/],
    ['create', /say for whom/],
    ['create --device dev-2 --reader', /say for whom: one of/],
    ['create --device dev,2', /"dev,2" is no device_id/],
    ['create --device dev-2 --device dev-2', /dev-2 is named twice/],
    ['create --reader --reader', /--reader is given 2 times/],
    ['create --device dev-2 --grace 1h', /--grace is no option of create; it belongs to rotate/],
    ['list --device dev-2', /--device is no option of list/],
    ['list --scope read', /--scope is no option of list/],
    ['rotate 0123456789ab --grace 1h --grace 2h', /--grace is given 2 times/],
    ['revoke 0123456789ab --reader', /--reader is no option of revoke/],
    ['create --pattern lab-7', /one \* at its end/],
    ['create --device dev-2 --scope write', /"write" is no scope: a scope is ingest or read/],
    ['create --reader --scope ingest', /readers do not send/],
    ['create --device dev-2 more', /too many words/],
    ['create --admin', /Unknown option/],
    ['rotate', /which token/],
    ['rotate 0123456789ab', /no token with this id/],
    ['revoke 0123456789ab more', /too many words/],
  ])('refuses %j and says what is wrong', async (command, message) => {
    await expect(directory.run(command)).rejects.toThrow(message);
  });

  it.each(['24', '1w', '-1h', '1.5h', 'soon', '9999999d'])('refuses a grace of %s', async (grace) => {
    const id = idOf(await directory.create('--device dev-2'));
    await expect(directory.run(`rotate ${id} --grace=${grace}`)).rejects.toThrow(/--grace is a time like/);
  });
});
