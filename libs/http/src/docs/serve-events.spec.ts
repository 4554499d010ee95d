import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEAD_LETTER_HEADERS, DEAD_LETTER_REASONS, DEAD_LETTERS_TOPIC, EVENTS_TOPIC } from '@sluice/contracts';
import { type AsyncApi, eventsPage } from './events-page.js';
import { html } from './html.js';
import { ServedDocs } from './testing/served-docs.js';

let docs: ServedDocs;

beforeAll(async () => {
  docs = await ServedDocs.start();
});
afterAll(() => docs.close());

describe('GET /docs/events', () => {
  it('GET /docs/events shows every topic with what its messages carry', async () => {
    const { type, text } = await docs.get('/docs/events');
    expect(type).toBe('text/html; charset=utf-8');
    const fields = ['record_id', 'device_id', 'timestamp', 'received_at', 'data_payload', 'schema-version'];
    const all = [EVENTS_TOPIC, DEAD_LETTERS_TOPIC, ...fields, ...Object.values(DEAD_LETTER_HEADERS)];
    for (const name of all) expect(text).toContain(`<code>${name}</code>`);
    for (const reason of DEAD_LETTER_REASONS) expect(text).toContain(`&quot;${reason}&quot;`);
    expect(text).toContain('&quot;gene_count&quot;: 12');
    expect(text).not.toMatch(/undefined|\[object/);
  });

  it('GET /docs/events loads everything from this address, and needs no script and no inline style', async () => {
    const { text, headers } = await docs.get('/docs/events');
    const links = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link!);
    expect(links).toEqual(['./events.css', '../asyncapi.json', '../docs']);
    for (const link of links) {
      const { pathname } = new URL(link, 'http://console/docs/events');
      expect({ link, status: (await docs.get(pathname)).status }).toEqual({ link, status: 200 });
    }
    expect(text).not.toMatch(/<script|<style|style=| on[a-z]+=/);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect((await docs.get('/docs/events.css')).type).toBe('text/css; charset=utf-8');
  });
});

describe('GET /asyncapi.json', () => {
  it('GET /asyncapi.json is the AsyncAPI document with its schemas inside', async () => {
    const { type, text } = await docs.get('/asyncapi.json');
    expect(type).toMatch(/^application\/json/);
    expect(JSON.parse(text)).toMatchObject({ asyncapi: '3.0.0', components: { schemas: { 'ingest-event': {} } } });
  });
});

describe('The page of a document', () => {
  it('The page of a document shows HTML in its content as text', () => {
    const info = { title: '<b>&"', version: '1', description: "it's" };
    const page = eventsPage({ asyncapi: '3.0.0', info, channels: {} } satisfies AsyncApi);
    expect(page).toContain('<title>&lt;b&gt;&amp;&quot;</title>');
    expect(page).toContain('<p>it&#39;s</p>');
    expect(html`${[html`<br />`, '<i>']}`.text).toBe('<br />&lt;i&gt;');
  });
});
