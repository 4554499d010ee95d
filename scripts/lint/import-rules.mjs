import { isBuiltin } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Who may import what: ARCHITECTURE.md's sentences, each one an error. A rule sees the importing file (`from`) and what it
 * imports (`to`), both as places:
 *
 *   area: `apps`, `libs`, `test`, `tools`, or `package` for what is not ours
 *   part: name of the app, the library or the package
 *   path: the rest of a path, without extension; empty for an import by a `#` name
 *   isTest: the file is a suite or supports suites
 */
const RULES = {
  contractsStandAlone: {
    says: 'contracts imports no other library of ours.',
    forbids: (from, to) => isLib(from, 'contracts') && isOurs(to) && !isLib(to, 'contracts'),
  },
  contractsDoNoWork: {
    says: 'contracts is shapes and rules only: no I/O and no Nest application code.',
    forbids: (from, to) => isLib(from, 'contracts') && !from.isTest && DOES_WORK.has(to.part),
  },
  portsKnowContracts: {
    says: 'event-log and record-store import nothing of ours but #contracts.',
    forbids: (from, to) => isPort(from) && isOurs(to) && !isLib(to, 'contracts') && !isLib(to, from.part),
  },
  accessKnowsContracts: {
    says: 'access imports nothing of ours but #contracts, and no packages: rules only.',
    forbids: (from, to) =>
      isLib(from, 'access') &&
      !from.isTest &&
      (isOurs(to) ? !isLib(to, 'contracts') && !isLib(to, 'access') : !isBuiltin(to.part)),
  },
  endpointsKnowAccess: {
    says: 'endpoints imports nothing of ours but #access, whose device patterns it shares, and no packages: rules only.',
    forbids: (from, to) =>
      isLib(from, 'endpoints') &&
      !from.isTest &&
      (isOurs(to) ? !isLib(to, 'access') && !isLib(to, 'endpoints') : !isBuiltin(to.part)),
  },
  deviceStandsAlone: {
    says: 'device imports nothing of ours: it runs where the rest of Sluice does not.',
    forbids: (from, to) => isLib(from, 'device') && isOurs(to) && !isLib(to, 'device'),
  },
  configAtTheTop: {
    says: 'config is imported by main.ts, init.ts and root modules only; everything else receives plain options.',
    forbids: (from, to) => isLib(to, 'config') && !isLib(from, 'config') && !from.isTest && !isTopOfApp(from),
  },
  runtimeIsForApps: {
    says: 'runtime is imported by apps only.',
    forbids: (from, to) => isLib(to, 'runtime') && from.area === 'libs' && !isLib(from, 'runtime') && !from.isTest,
  },
  librariesBelowApps: {
    says: 'Libraries never import apps.',
    forbids: (from, to) => from.area === 'libs' && to.area === 'apps',
  },
  appsApart: {
    says: 'Apps never import each other; only standalone does: #gateway, #buffer-worker and #query.',
    forbids: (from, to) =>
      from.area === 'apps' && to.area === 'apps' && from.part !== to.part && from.part !== 'standalone',
  },
  standaloneNeedsModules: {
    says: 'standalone imports the three feature modules by #gateway, #buffer-worker and #query, nothing deeper.',
    forbids: (from, to) =>
      from.part === 'standalone' && to.area === 'apps' && to.part !== 'standalone' && to.path !== '',
  },
  stayInside: {
    says: 'A relative import stays in its library or app; others are imported by their # names.',
    forbids: (from, to) => isOurs(to) && to.path !== '' && (from.area !== to.area || from.part !== to.part),
  },
  adaptersBehindPorts: {
    says: 'An adapter is reached through its port: only the open-*.ts switch imports it by its path.',
    forbids: (from, to) =>
      adapterOf(to) !== undefined && adapterOf(from) !== adapterOf(to) && !isSwitch(from) && !from.isTest,
  },
  kafkaInItsAdapter: {
    says: 'Only libs/event-log/src/kafka imports the Kafka client.',
    forbids: (from, to) => to.part === 'kafkajs' && adapterOf(from) !== 'event-log/kafka' && from.area !== 'tools',
  },
  mongoInItsAdapter: {
    says: 'Only libs/record-store/src/mongo imports mongoose and the MongoDB driver.',
    forbids: (from, to) => MONGO.has(to.part) && adapterOf(from) !== 'record-store/mongo' && from.area !== 'tools',
  },
  tracesBehindTracing: {
    says: 'Only libs/runtime/src/tracing/otlp imports OpenTelemetry, which is loaded where traces are sent and nowhere else.',
    forbids: (from, to) => to.part.startsWith('@opentelemetry/') && !(isLib(from, 'runtime') && isOtlp(from)),
  },
  contractSuitesForTests: {
    says: 'The contract suites and fakes under testing/ are for tests: the build leaves them out.',
    forbids: (from, to) => isOurs(to) && to.isTest && !from.isTest && from.area !== 'tools',
  },
};

const MONGO = new Set(['mongoose', 'mongodb']);
const DOES_WORK = new Set([
  ...['fs', 'net', 'tls', 'http', 'http2', 'https', 'dgram', 'dns', 'child_process', 'worker_threads', 'sqlite'],
  ...['fs/promises', 'dns/promises', 'process', 'timers/promises'],
  ...['@nestjs/common', '@nestjs/core', '@nestjs/microservices', '@nestjs/platform-fastify', '@nestjs/terminus'],
  ...['fastify', 'undici', 'kafkajs', 'mongoose', 'pino', 'prom-client'],
]);

const isOurs = (place) => place.area !== 'package';
const isLib = (place, name) => place.area === 'libs' && place.part === name;
const isPort = (place) => isLib(place, 'event-log') || isLib(place, 'record-store');
const isTopOfApp = (place) => place.area === 'apps' && /^src\/(main|init|tokens|[^/]+\.module)$/.test(place.path);
const isOtlp = (place) => /^src\/tracing\/otlp\//.test(place.path);
const isSwitch = (place) => isPort(place) && /^src\/open-[^/]+$/.test(place.path);

/** @returns for example `event-log/kafka` */
function adapterOf(place) {
  const engine = isPort(place) ? /^src\/(kafka|mongo|sqlite)\//.exec(place.path)?.[1] : undefined;
  return engine && `${place.part}/${engine}`;
}

/** @param {string} path from the top of the tree */
function placeOfFile(path) {
  const [area, ...rest] = path.split(sep);
  const hasParts = area === 'apps' || area === 'libs';
  return {
    area,
    part: hasParts ? rest[0] : '',
    path: rest
      .slice(hasParts ? 1 : 0)
      .join('/')
      .replace(/\.[jt]s$/, ''),
    isTest: area === 'test' || /[.-]spec\.[jt]s$|\/testing\//.test(path),
  };
}

const APPS = new Set(['gateway', 'buffer-worker', 'query']);

function placeOfImport(specifier, file) {
  if (specifier.startsWith('.')) return placeOfFile(relative(ROOT, join(dirname(file), specifier)));
  if (!specifier.startsWith('#')) return { area: 'package', part: packageOf(specifier), path: '', isTest: false };
  const [name, ...inner] = specifier.slice(1).split('/');
  const part = name === 'batch-transport' ? 'event-log' : name;
  return { area: APPS.has(name) ? 'apps' : 'libs', part, path: '', isTest: inner[0] === 'testing' };
}

function packageOf(specifier) {
  if (specifier.startsWith('node:')) return specifier.slice('node:'.length);
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** The ESLint rule. It reads static and dynamic imports and re-exports. */
export const importRules = {
  meta: {
    type: 'problem',
    schema: [],
    messages: Object.fromEntries(Object.entries(RULES).map(([name, { says }]) => [name, says])),
  },
  create(context) {
    const from = placeOfFile(relative(ROOT, context.filename));
    const check = ({ source }) => {
      if (typeof source?.value !== 'string') return;
      const to = placeOfImport(source.value, context.filename);
      const broken = Object.keys(RULES).find((name) => RULES[name].forbids(from, to));
      if (broken) context.report({ node: source, messageId: broken });
    };
    return {
      ImportDeclaration: check,
      ImportExpression: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
    };
  },
};
