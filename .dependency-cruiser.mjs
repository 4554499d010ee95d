/**
 * Who may import what: the rules of ARCHITECTURE.md, each one an error. `npm run lint` checks them; `test/tooling/import-rules.spec.ts`
 * shows that each refuses what it forbids.
 */
const TESTS = '[.-]spec\\.ts$|/testing/|^libs/test-kit/|^test/';
const lib = (...names) => `^libs/(${names.join('|')})/`;
const APPS = '^apps/';
const ADAPTERS = lib('event-log-kafka', 'event-log-sqlite', 'record-store-mongo', 'record-store-sqlite');
const PORTS = lib('event-log', 'record-store');
const PROCESS = lib('http', 'observability', 'process', 'engines');

/** One layer imports only the layers below it. */
const layer = (name, of, allowed, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: of, pathNot: TESTS },
  to: { path: '^(apps|libs|tools|test)/', pathNot: [of, ...allowed] },
});

export default {
  forbidden: [
    { name: 'no-circular', severity: 'error', comment: 'No cycles, type imports included.', from: {}, to: { circular: true } },
    layer('async-stands-alone', lib('async'), [], 'async is the ground floor.'),
    layer('contracts-stand-alone', lib('contracts'), [], 'contracts imports no other library of ours.'),
    layer('device-stands-alone', lib('device'), [], 'device imports nothing of ours: it runs where the rest of Sluice does not.'),
    layer('ports-know-contracts', PORTS, [lib('async', 'contracts')], 'A port imports async and contracts only.'),
    layer('adapters-know-their-port', ADAPTERS, [lib('async', 'contracts'), PORTS], 'An adapter imports async, contracts and ports only.'),
    layer(
      'batch-transport-is-for-others-too',
      lib('batch-transport'),
      [lib('async', 'contracts', 'event-log', 'event-log-kafka', 'event-log-sqlite')],
      'What other teams install brings no part of our services along.',
    ),
    layer('ingest-is-free-of-http', lib('ingest'), [lib('async', 'contracts', 'event-log', 'record-store')], 'ingest knows neither HTTP nor Nest applications.'),
    {
      name: 'ingest-loads-no-http',
      severity: 'error',
      comment: 'ingest serves any front door: no HTTP server, no web framework, no Nest.',
      from: { path: lib('ingest'), pathNot: TESTS },
      to: { path: ['^(node:)?(http|http2|https|tls)$', 'node_modules/(fastify|@fastify|@nestjs)/'] },
    },
    layer('libraries-below-apps', '^libs/', ['^libs/'], 'Libraries never import apps or tools.'),
    {
      name: 'apps-apart',
      severity: 'error',
      comment: 'Apps never import each other; only standalone does.',
      from: { path: '^apps/([^/]+)/', pathNot: `^apps/standalone/|${TESTS}` },
      to: { path: APPS, pathNot: '^apps/$1/' },
    },
    {
      name: 'entries-only',
      severity: 'error',
      comment: 'A package is imported by its entries; a relative import stays inside of its package.',
      from: { path: '^(apps|libs)/([^/]+)/' },
      to: {
        path: '^(apps|libs)/[^/]+/',
        pathNot: ['^$1/$2/', '^(apps|libs)/[^/]+/(src/(dto/|node/|reader/|testing/)?index\\.ts|src/(openapi|asyncapi)\\.ts|package\\.json|asyncapi\\.yaml|schemas/)'],
      },
    },
    {
      name: 'adapters-by-the-switch',
      severity: 'error',
      comment: 'Adapters are reached through libs/engines; a consumer of other teams opens Kafka itself.',
      from: { path: '^(apps|libs|tools)/', pathNot: [ADAPTERS, lib('engines', 'batch-transport'), TESTS] },
      to: { path: ADAPTERS },
    },
    {
      name: 'kafka-in-its-adapter',
      severity: 'error',
      comment: 'Only libs/event-log-kafka imports the Kafka client.',
      from: { path: '^(apps|libs)/', pathNot: [lib('event-log-kafka'), TESTS] },
      to: { path: 'node_modules/kafkajs' },
    },
    {
      name: 'mongo-in-its-adapter',
      severity: 'error',
      comment: 'Only libs/record-store-mongo imports mongoose and the MongoDB driver.',
      from: { path: '^(apps|libs)/', pathNot: [lib('record-store-mongo'), TESTS] },
      to: { path: 'node_modules/(mongoose|mongodb)/' },
    },
    {
      name: 'contracts-do-no-work',
      severity: 'error',
      comment: 'contracts is shapes and rules only: no I/O and no Nest application code.',
      from: { path: lib('contracts'), pathNot: TESTS },
      to: {
        path: [
          '^(node:)?(fs|net|tls|http|http2|https|dgram|dns|child_process|worker_threads|sqlite|process|timers/promises)(/|$)',
          'node_modules/(@nestjs/(common|core|microservices|platform-fastify|terminus)|fastify|undici|kafkajs|mongoose|pino|prom-client)/',
        ],
      },
    },
    {
      name: 'traces-behind-tracing',
      severity: 'error',
      comment: 'OpenTelemetry is loaded where traces are sent and nowhere else.',
      from: { pathNot: '^libs/observability/src/tracing/otlp/|^libs/observability/src/testing/' },
      to: { path: 'node_modules/@opentelemetry/' },
    },
    {
      name: 'tests-are-for-tests',
      severity: 'error',
      comment: 'Contract suites, fakes and the test kit are for tests and tools.',
      from: { path: '^(apps|libs)/', pathNot: TESTS },
      to: { path: TESTS },
    },
    {
      name: 'no-undeclared-package',
      severity: 'error',
      comment: 'A package lists what it imports.',
      from: { path: '^(apps|libs)/', pathNot: TESTS },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    combinedDependencies: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['source', 'import', 'node', 'types', 'default'], extensions: ['.ts', '.mjs', '.js', '.json'] },
  },
};
