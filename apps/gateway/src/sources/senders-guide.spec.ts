import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parseSources } from '@sluice/ingest';

const GUIDE = readFileSync('docs/guides/senders.md', 'utf8');
const sources = [...GUIDE.matchAll(/```json\n(.*?)```/gs)]
  .map(([, text]) => text!)
  .filter((text) => !text.includes('"data_payload"'));

describe('docs/guides/senders.md', () => {
  it('docs/guides/senders.md has a source for each sender with another format', () =>
    expect(sources.length).toBeGreaterThan(7));

  it.each(sources)('docs/guides/senders.md has a source that is accepted: %s', (text) => {
    expect(parseSources(text, 'the guide').size).toBe(1);
  });

  it('docs/guides/senders.md reads what Telegraf and Fluent Bit send', () => {
    const [telegraf, fluentbit] = ['telegraf', 'fluentbit'].map((name) => {
      const text = sources.find((candidate) => candidate.includes(`"${name}"`))!;
      return parseSources(text, 'the guide').get(name)!;
    });
    const request = { query: {}, headers: {}, atMs: 0 };
    const metric = { name: 'cpu', tags: { host: 'h1' }, fields: { usage: 1 }, timestamp: 1795867200000000000n };
    expect(telegraf!.read({ ...request, body: { metrics: [metric] } })).toEqual([
      {
        device_id: 'h1',
        timestamp: 1795867200000000000n,
        data_payload: { name: 'cpu', tags: { host: 'h1' }, fields: { usage: 1 } },
      },
    ]);
    const line = { date: '2026-11-28T12:00:00.000000Z', host: 'h1', log: 'x' };
    expect(fluentbit!.read({ ...request, body: [line, line] })).toHaveLength(2);
  });
});
