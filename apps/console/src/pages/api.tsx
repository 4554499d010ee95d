import type { JSX } from 'preact';
import { hasToken } from '../base/client.js';
import { Card, PageTitle } from '../parts/ui.jsx';

/** The address of the console, which is that of the API; with the prefix of a proxy. */
const base = new URL('.', document.baseURI).href.replace(/\/$/, '');

interface Example {
  title: string;
  command: string;
}

const get = (title: string, path: string, flags = ''): Example => ({
  title,
  command: `curl -s ${flags}${authorization()}'${base}/${path}'`,
});

function authorization(): string {
  return hasToken() ? `-H "authorization: Bearer $SLUICE_TOKEN" ` : '';
}

function examples(): Example[] {
  const body = `{"device_id": "dev-2", "timestamp": "${new Date().toISOString()}", "data_payload": {"temp": 21.5}}`;
  return [
    {
      title: 'Send a record',
      command: `curl -s ${authorization()}-H 'content-type: application/json' -d '${body}' '${base}/ingest'`,
    },
    get('Buffered records', 'check-buffer?limit=10'),
    get('Stored records of a device', 'records?device_id=dev-2&limit=10'),
    get('Devices', 'devices?limit=10'),
    get('The latest record of a device', 'records/dev-2/latest'),
    get(
      'A value over time',
      'records/dev-2/series?path=/temp&from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z&every=5m',
    ),
    get('Events as they arrive', 'events/tail', '-N '),
    get('The state of the system', 'status'),
  ];
}

const PAGES = [
  { href: 'docs', title: 'The API, described in full', what: 'every path, parameter and answer, to read and to try' },
  { href: 'openapi.json', title: 'OpenAPI', what: 'the same for programs' },
  { href: 'docs/events', title: 'Events', what: 'what consumers of the topics get' },
  { href: 'asyncapi.json', title: 'AsyncAPI', what: 'the same for programs' },
  { href: 'metrics', title: 'Metrics', what: 'for Prometheus' },
] as const;

/** How programs get the data that the console shows. */
export function ApiPage(): JSX.Element {
  return (
    <>
      <PageTitle note="Everything that the console shows comes from this API.">API</PageTitle>
      <Card title="Descriptions">
        <ul class="links">
          {PAGES.map(({ href, title, what }) => (
            <li key={href}>
              <a href={href}>{title}</a>
              <span class="soft"> {what}</span>
            </li>
          ))}
        </ul>
      </Card>
      <Card title="Examples" note="With the address of this page.">
        {examples().map((example) => (
          <Command key={example.title} {...example} />
        ))}
      </Card>
    </>
  );
}

function Command({ title, command }: Example): JSX.Element {
  return (
    <div class="command">
      <h3>{title}</h3>
      <pre tabIndex={0} role="group" aria-label={title}>
        {command}
      </pre>
      {navigator.clipboard !== undefined && (
        <button type="button" aria-label={`Copy: ${title}`} onClick={() => void navigator.clipboard.writeText(command)}>
          Copy
        </button>
      )}
    </div>
  );
}
