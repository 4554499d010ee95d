import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HttpClient, Standalone, until } from '@sluice/test-kit';
import { type InfinityQuery, requestOf, rowsOf } from './infinity-queries.js';
import { type Panel, read, readYaml } from './observe-files.js';

const FOLDER = 'observe/grafana/infinity';

interface Variable {
  name: string;
  datasource?: { uid: string };
  query: string | { infinityQuery: InfinityQuery };
}

const dashboard = JSON.parse(read(`${FOLDER}/dashboards/devices.json`)) as {
  panels: (Omit<Panel, 'targets'> & { targets: InfinityQuery[] })[];
  templating: { list: Variable[] };
};
const variables = dashboard.templating.list;
const queries = [
  ...dashboard.panels.flatMap(({ title, targets }) => targets.map((query): [string, InfinityQuery] => [title, query])),
  ...variables.flatMap(({ name, query }): [string, InfinityQuery][] =>
    typeof query === 'string' ? [] : [[`the variable ${name}`, query.infinityQuery]],
  ),
];

const DEVICE = 'lab 7/a:1';
const NOW_MS = Date.now();
const VALUES = {
  prefix: 'lab',
  device: DEVICE,
  'device:percentencode': encodeURIComponent(DEVICE),
  path: '/temp',
  every: '1m',
  '__from:date:iso': new Date(NOW_MS - 6 * 3_600_000).toISOString(),
  '__to:date:iso': new Date(NOW_MS).toISOString(),
};

let standalone: Standalone;
let client: HttpClient;

beforeAll(async () => {
  standalone = await Standalone.start();
  client = new HttpClient(standalone.baseUrl);
  const records = Array.from({ length: 10 }, (_, index) => ({
    device_id: DEVICE,
    record_id: `r-${index}`,
    timestamp: new Date(NOW_MS - (index + 1) * 60_000).toISOString(),
    data_payload: { temp: 20 + index },
  }));
  expect((await client.post('/ingest', records)).status).toBe(202);
  await until('all are stored', async () => {
    const { body } = await client.get('/records?limit=100');
    return body.records.length === records.length;
  });
});
afterAll(() => standalone.dispose());

describe('The dashboard over the API', () => {
  it.each(queries)(
    'The dashboard over the API sends valid requests, and shows columns that the answer has: %s',
    async (_name, query) => {
      expect(query.url_options.method).toBe('GET');
      const path = requestOf(query, VALUES);
      const { status, body } = await client.get(path);
      expect({ path, status, body: status === 200 ? undefined : body }).toEqual({ path, status: 200, body: undefined });
      const rows = rowsOf(query, body);
      expect(rows.length).toBeGreaterThan(0);
      for (const row of rows) {
        for (const [index, { selector, type }] of query.columns.entries()) {
          expect({ selector, value: row[index], isOfType: isOfType(type, row[index]) }).toMatchObject({
            isOfType: true,
          });
        }
      }
    },
  );

  it('The dashboard over the API shows every value that was sent, in the buckets of its minute', async () => {
    const [, query] = queries.find(([title]) => title === 'Value')!;
    const { body } = await client.get(requestOf(query, VALUES));
    expect(rowsOf(query, body)).toHaveLength(10);
    expect(rowsOf(query, body).map(([, average]) => average)).toEqual([29, 28, 27, 26, 25, 24, 23, 22, 21, 20]);
  });

  it('The dashboard over the API uses variables that it has, and the data source that is provisioned', () => {
    const [source] = readYaml(`${FOLDER}/provisioning/datasources/sluice.yml`).datasources;
    expect(source.jsonData.allowedHosts).toEqual([source.url]);
    const names = new Set(variables.map(({ name }) => name));
    const used = JSON.stringify(queries).match(/(?<=\$\{)(?!__)\w+/g)!;
    expect(used.filter((name) => !names.has(name))).toEqual([]);
    for (const { datasource } of [...dashboard.panels, ...variables])
      expect(datasource?.uid ?? source.uid).toBe(source.uid);
  });

  it('The dashboard over the API has panels with descriptions', () => {
    for (const { title, description } of dashboard.panels)
      expect({ title, isSaid: Boolean(description) }).toMatchObject({ isSaid: true });
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  });

  it('The dashboard over the API does not replace the dashboards over Prometheus', () => {
    for (const file of ['datasources/prometheus.yml', 'dashboards/sluice.yml'])
      expect(read(`${FOLDER}/provisioning/${file}`)).toBe(read(`observe/grafana/provisioning/${file}`));
  });
});

function isOfType(type: string, value: unknown): boolean {
  if (type === 'timestamp') return typeof value === 'string' && !Number.isNaN(Date.parse(value));
  return typeof value === type;
}
