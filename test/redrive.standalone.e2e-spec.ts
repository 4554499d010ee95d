import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { Standalone, until } from '@sluice/test-kit';

jest.setTimeout(180_000);

const DEVICES = 300;
const KILLS = 4;

let service: Standalone;
beforeAll(async () => {
  service = await Standalone.start();
});
afterAll(() => service.dispose());

// eslint-disable-next-line @typescript-eslint/no-explicit-any
async function ask(method: string, path: string, body?: object): Promise<any> {
  const headers = { 'content-type': 'application/json', connection: 'close' };
  const response = await fetch(service.baseUrl + path, {
    method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  });
  expect(response.status).toBeLessThan(300);
  return response.json();
}

/** Each device sends one key with two payloads: the second becomes a dead letter. */
async function makeLetters(): Promise<void> {
  for (const count of [1, 2]) {
    const records = Array.from({ length: DEVICES }, (_, device) => ({
      device_id: `dev-${device}`,
      record_id: 'first',
      timestamp: '2025-09-09T17:00:00Z',
      data_payload: { count },
    }));
    await ask('POST', '/ingest', records);
    await until('all are handled', async () => (await ask('GET', '/check-buffer')).waiting === 0, {});
  }
}

describe('A redrive of a process that is killed again and again', () => {
  it('A redrive of a process that is killed again and again continues after each start, and every letter is stored once', async () => {
    await makeLetters();
    const edit = [{ op: 'replace', path: '/record_id', value: 'again' }];
    const filter = { reasons: ['key-conflict'] };
    const plan = await ask('POST', '/redrives', { filter, edit, rate: 150, dry_run: true });
    expect(plan.counts).toMatchObject({ matched: DEVICES, would_pass: DEVICES });
    const { id } = await ask('POST', '/redrives', { plan_hash: plan.plan_hash });
    const published: number[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      // The fault comes at another moment each time; nothing is expected of that moment.
      await delay(150 * kill);
      await service.end('SIGKILL');
      await service.start();
      published.push((await ask('GET', `/redrives/${id}`)).counts.published as number);
    }
    const redrive = await until(
      'the redrive is done and its events are handled',
      async () => {
        const found = await ask('GET', `/redrives/${id}`);
        return found.verdict?.complete === true && found;
      },
      { tries: 600, everyMs: 100 },
    );
    expect(redrive).toMatchObject({
      state: 'done',
      counts: { matched: DEVICES, published: DEVICES, refused: 0, gone: 0 },
    });
    expect(redrive.verdict).toMatchObject({ stored: DEVICES, came_back: 0, waiting: 0 });
    expect(Math.min(...published)).toBeLessThan(DEVICES);
    for (let device = 0; device < DEVICES; device++) {
      const { state, data_payload } = await ask('GET', `/records/dev-${device}/again`);
      expect({ state, data_payload }).toEqual({ state: 'stored', data_payload: { count: 2 } });
    }
    expect((await ask('GET', '/dead-letters/summary')).total).toBe(DEVICES);
  });
});
