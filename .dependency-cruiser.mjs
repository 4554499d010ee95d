/**
 * Who may import what: the rules of ARCHITECTURE.md, each one an error. `npm run lint` checks them, imports of types included;
 * `test/tooling/import-rules.spec.ts` shows for each rule what it refuses.
 */
const TESTS = '[.-]spec\\.ts$|/testing/|^libs/test-kit/|^libs/device/test/|^test/';
const lib = (...names) => `^libs/(${names.join('|')})/`;
const OURS = '^(apps|libs|tools|test)/';
const PORTS = lib('event-log', 'record-store');
const ADAPTERS = '^libs/((event-log|record-store)-[^/]+)/';
/** The package of the importing file: the first group of every `from` below. */
const ITSELF = '^libs/$1/';

/** A library imports only the libraries below it. */
const layer = (name, of, allowed, comment, unless = []) => ({
  name,
  severity: 'error',
  comment,
  from: { path: of, pathNot: unless },
  to: { path: OURS, pathNot: [ITSELF, ...allowed] },
});

/** As {@link layer}, in its tests too, except that these import the test kit. */
const layerWithTests = (name, of, allowed, comment) => [
  layer(name, of, allowed, comment, [TESTS]),
  layer(`${name}-in-tests`, of, [...allowed, lib('test-kit')], comment),
];

const layers = [
  ...layerWithTests('async-stands-alone', lib('async'), [], 'async is the ground floor: it imports nothing of ours.'),
  ...layerWithTests('settings-stand-alone', lib('settings'), [], 'settings is a ground floor, as async is.'),
  ...layerWithTests('contracts-stand-alone', lib('contracts'), [], 'contracts imports no other library of ours.'),
  ...layerWithTests('device-stands-alone', lib('device'), [], 'device runs where the rest of Sluice does not.'),
  ...layerWithTests('sqlite-knows-async', lib('sqlite'), [lib('async')], 'sqlite imports nothing of ours but async.'),
  ...layerWithTests(
    'ports-know-contracts',
    PORTS,
    [lib('async', 'contracts')],
    'event-log and record-store import nothing of ours but async and contracts.',
  ),
  layer(
    'adapters-know-their-port',
    ADAPTERS,
    [lib('async', 'contracts', 'settings', 'sqlite'), '^libs/$2/'],
    'An adapter imports async, contracts, settings, sqlite and its port.',
    [TESTS],
  ),
  layer(
    'batch-transport-is-installed-alone',
    lib('batch-transport'),
    [lib('async', 'contracts', 'settings', 'event-log', 'event-log-kafka', 'event-log-sqlite')],
    'What other teams install does not bring our services along.',
    [TESTS],
  ),
  layer(
    'ingest-knows-ports',
    lib('ingest'),
    [lib('async', 'contracts', 'settings', 'test-kit'), PORTS],
    'ingest imports nothing of ours but async, contracts, settings and the ports.',
  ),
  layer(
    'engines-know-adapters',
    lib('engines'),
    [lib('async', 'contracts', 'settings'), PORTS, ADAPTERS],
    'engines imports the ports, their adapters and their settings: http, observability and process are for apps.',
    [TESTS],
  ),
  layer(
    'test-kit-is-low',
    lib('test-kit'),
    [lib('async', 'contracts', 'device')],
    'test-kit imports nothing that has it in its tests.',
  ),
  layer('libraries-below-apps', '^libs/([^/]+)/', ['^libs/'], 'Libraries never import apps, tools or tests.'),
];

export default {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      comment: 'No cycles, imports of types included.',
      from: {},
      to: { circular: true },
    },
    ...layers,
    {
      name: 'apps-apart',
      severity: 'error',
      comment: 'Apps never import each other; only standalone does. Their suites get tokens from the operator.',
      from: { path: '^apps/([^/]+)/', pathNot: '^apps/standalone/' },
      to: { path: '^apps/', pathNot: ['^apps/$1/', '^apps/operator/src/testing/'] },
    },
    {
      name: 'apps-above-tools',
      severity: 'error',
      comment: 'Apps never import tools or tests.',
      from: { path: '^apps/' },
      to: { path: '^(tools|test)/' },
    },
    {
      name: 'packages-by-name',
      severity: 'error',
      comment:
        'A relative import stays in its package; others are imported by name, through an entry of their exports.',
      from: { path: '^(apps/[^/]+|libs/[^/]+|tools|test)/' },
      to: { path: '^(apps|libs)/', pathNot: '^$1/', dependencyTypesNot: ['aliased-workspace'] },
    },
    {
      name: 'adapters-by-the-switch',
      severity: 'error',
      comment: 'Adapters are reached through libs/engines; a consumer of other teams opens the event log itself.',
      from: { path: '^(apps|libs|tools)/', pathNot: [ADAPTERS, lib('engines', 'batch-transport'), TESTS] },
      to: { path: ADAPTERS },
    },
    {
      name: 'kafka-in-its-adapter',
      severity: 'error',
      comment: 'Only libs/event-log-kafka imports the Kafka client; tools may compare with it.',
      from: { path: '^(apps|libs|test)/', pathNot: [lib('event-log-kafka'), '^test/fixtures/'] },
      to: { path: 'node_modules/kafkajs/' },
    },
    {
      name: 'mongo-in-its-adapter',
      severity: 'error',
      comment: 'Only libs/record-store-mongo imports mongoose and the MongoDB driver; tools may compare with them.',
      from: { path: '^(apps|libs|test)/', pathNot: [lib('record-store-mongo'), '^test/fixtures/'] },
      to: { path: 'node_modules/(mongoose|mongodb)/' },
    },
    {
      name: 'contracts-do-no-work',
      severity: 'error',
      comment: 'contracts is shapes and rules only: no I/O and no Nest application code.',
      from: { path: lib('contracts'), pathNot: TESTS },
      to: {
        path: [
          '^(node:)?(fs|net|tls|http|http2|https|dgram|dns|child_process|worker_threads|sqlite|process)(/|$)',
          '^(node:)?timers/promises$',
          'node_modules/@nestjs/(common|core|microservices|platform-fastify|terminus)/',
          'node_modules/(fastify|undici|kafkajs|mongoose|pino|prom-client)/',
        ],
      },
    },
    {
      name: 'ingest-is-free-of-http',
      severity: 'error',
      comment: 'ingest serves any front door: no HTTP server, no web framework, no Nest.',
      from: { path: lib('ingest'), pathNot: TESTS },
      to: {
        path: ['^(node:)?(tls|http|http2|https)$', 'node_modules/(@nestjs/[^/]+|@fastify/[^/]+|fastify|undici)/'],
      },
    },
    {
      name: 'access-is-rules-only',
      severity: 'error',
      comment: 'The rules of access and endpoints import no packages.',
      from: { path: '^libs/ingest/src/(access|endpoints)/', pathNot: TESTS },
      to: { path: 'node_modules/' },
    },
    {
      name: 'traces-behind-tracing',
      severity: 'error',
      comment: 'OpenTelemetry is loaded where traces are sent and nowhere else.',
      from: { path: OURS, pathNot: '^libs/observability/src/tracing/otlp/' },
      to: { path: 'node_modules/@opentelemetry/' },
    },
    {
      name: 'tests-are-for-tests',
      severity: 'error',
      comment: 'Contract suites, fakes and the test kit are for tests and tools.',
      from: { path: '^(apps|libs)/', pathNot: TESTS },
      to: { path: [TESTS, 'node_modules/@jest/'] },
    },
    {
      name: 'no-undeclared-package',
      severity: 'error',
      comment: 'A package lists what it imports.',
      from: { path: '^(apps|libs)/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      comment: 'Every import leads to a file: a package is not reached past its exports.',
      from: { path: '^(apps|libs|test)/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'node', 'types', 'default'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
    },
  },
};
