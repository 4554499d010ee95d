import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BUILT, consoleConfig, SOURCES } from './apps/console/rspack.config.mjs';
import { SWC_OPTIONS } from './scripts/source/swc-options.mjs';

const fromTop = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Runs in a thread and is therefore a separate file next to the app. */
const RECORD_THREAD = fromTop('libs/record-store-sqlite/src/record-thread.ts');
/** The apps that serve the console. */
const SERVE_CONSOLE = ['query', 'standalone'];

const isOurs = (request) => /^(\.{1,2}\/|\/|@sluice\/)/.test(request);

/**
 * Translated as it is for the tests, for this version of Node. Nest's default target rewrites private fields into calls, which made
 * parsing twice as slow.
 */
const asInTests = (rule) => ({
  ...rule,
  use: rule.use.map(({ loader, options }) => ({ loader, options: { ...options, jsc } })),
});
const { jsc } = SWC_OPTIONS;

/**
 * How `nest build` makes an app: one module with everything of this repository that it uses, taken from the sources. Other packages
 * stay in node_modules. Nothing here checks types: `npm run typecheck` does.
 */
export default (defaults, rspack) => {
  const sources = dirname(defaults.entry);
  const app = sources.split(/[\\/]/).at(-2);
  return {
    ...defaults,
    entry: { main: defaults.entry, 'record-thread': RECORD_THREAD },
    devtool: 'source-map',
    output: {
      ...defaults.output,
      path: fromTop(`dist/apps/${app}`),
      filename: '[name].js',
      chunkFilename: 'part-[name].js',
      clean: true,
    },
    externalsPresets: { node: true },
    externalsType: 'module-import',
    externals: [({ request }, done) => (isOurs(request) ? done() : done(null, request))],
    resolve: { ...defaults.resolve, plugins: [], tsConfig: undefined, conditionNames: ['source', 'import', 'node'] },
    module: {
      ...defaults.module,
      rules: defaults.module.rules.map(asInTests),
      parser: { javascript: { importMeta: false, url: false, worker: false } },
    },
    plugins: [...defaults.plugins, ...(SERVE_CONSOLE.includes(app) ? consolePlugins(rspack) : [])],
  };
};

/** Builds the console before the app, and copies its files beside the app. */
function consolePlugins(rspack) {
  return [
    { apply: (compiler) => compiler.hooks.beforeCompile.tapPromise('Console', () => consoleFor(compiler, rspack)) },
    { apply: watchConsole },
    new rspack.CopyRspackPlugin({ patterns: [{ from: BUILT, to: 'assets' }] }),
  ];
}

let built;

/** Once for all apps; while an app is watched, again after each change of the console. */
function consoleFor({ modifiedFiles = new Set() }, rspack) {
  const hasChanged = [...modifiedFiles].some((file) => SOURCES.some((folder) => file.startsWith(folder)));
  if (hasChanged) built = undefined;
  return (built ??= buildConsole(rspack));
}

function watchConsole(compiler) {
  compiler.hooks.afterCompile.tap('Console', ({ contextDependencies }) => {
    for (const folder of SOURCES) contextDependencies.add(folder);
  });
}

async function buildConsole(rspack) {
  const compiler = rspack.rspack(consoleConfig(rspack));
  const stats = await new Promise((resolve, reject) => {
    compiler.run((error, done) => (error ? reject(error) : resolve(done)));
  });
  await new Promise((resolve) => compiler.close(resolve));
  if (stats.hasErrors()) throw new Error(stats.toString({ all: false, errors: true }));
}
