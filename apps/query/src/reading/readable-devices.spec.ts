import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DEVICES_HEADER } from '@sluice/contracts';
import type { DevicesPageDto } from '@sluice/contracts/dto';
import { anEvent, QueryUnderTest } from '../testing/query-under-test.js';
import { ReadableDevices } from './readable-devices.js';

describe('The ranges of readable ids', () => {
  it.each([
    [undefined, 'a', [['a', false]]],
    [['dev-2'], '', [['dev-2', true]]],
    [['dev-2'], 'dev', [['dev-2', true]]],
    [['dev-2'], 'lab', []],
    [['lab-*'], 'lab-7', [['lab-7', false]]],
    [
      ['lab-7:*', 'lab-*', 'lab-1', 'lab-*', 'z', 'z'],
      '',
      [
        ['lab-', false],
        ['z', true],
      ],
    ],
    [
      ['b', 'a*'],
      '',
      [
        ['a', false],
        ['b', true],
      ],
    ],
    [[], '', []],
  ])('The ranges of %j within %j are %j', (patterns, prefix, ranges) => {
    const found = new ReadableDevices(patterns).within(prefix);
    expect(found.map((range) => [range.prefix, range.isOne])).toEqual(ranges);
  });
});

describe('A sender that may read some devices', () => {
  let query: QueryUnderTest;
  beforeEach(async () => {
    query = await QueryUnderTest.start();
    const ids = ['a', 'dev-2', 'dev-20', 'lab-6', 'lab-7:a', 'lab-7:b', 'lab-8'];
    await query.storeEvents(...ids.map((device_id) => anEvent({ device_id })));
  });
  afterEach(() => query.stop());

  const headers = { [DEVICES_HEADER]: encodeURIComponent(JSON.stringify(['lab-7:*', 'dev-2'])) };

  it('The sender is shown only these devices, in pages of any size', async () => {
    for (const limit of [1, 2, 100]) {
      const walked: string[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const search = `?limit=${limit}${cursor && `&cursor=${cursor}`}`;
        const answer = await fetch(`${query.url}/devices${search}`, { headers });
        const page = (await answer.json()) as DevicesPageDto;
        walked.push(...page.devices.map(({ device_id }) => device_id));
        cursor = page.next_cursor;
      }
      expect(walked).toEqual(['dev-2', 'lab-7:a', 'lab-7:b']);
    }
  });

  it('The sender is refused the latest record of others, each with a pointer', async () => {
    const post = (ids: string[]) =>
      fetch(`${query.url}/latest`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({ device_ids: ids }),
      });
    const refused = await post(['dev-2', 'dev-20', 'lab-7:a', 'lab-8']);
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({
      errors: [{ pointer: '/device_ids/1' }, { pointer: '/device_ids/3' }],
    });
    expect((await post(['dev-2', 'lab-7:a'])).status).toBe(200);
  });

  it.each(['x', '%7B%7D', '%'])('A header that no gateway can have written is refused: %s', async (header) => {
    const answer = await fetch(`${query.url}/devices`, { headers: { [DEVICES_HEADER]: header } });
    expect(answer.status).toBe(400);
  });
});
