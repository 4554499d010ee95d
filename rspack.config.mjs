import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SWC_OPTIONS } from './scripts/source/swc-options.mjs';

const fromTop = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Runs in a thread and is therefore a separate file next to the app. */
const RECORD_THREAD = fromTop('libs/record-store-sqlite/src/record-thread.ts');
/** The parts of the status page, served as they are. */
const PAGE = fromTop('apps/query/src/status-page/assets');

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
  const path = fromTop(`dist/apps/${sources.split(/[\\/]/).at(-2)}`);
  return {
    ...defaults,
    entry: { main: defaults.entry, 'record-thread': RECORD_THREAD },
    devtool: 'source-map',
    output: { ...defaults.output, path, filename: '[name].js', chunkFilename: 'part-[name].js', clean: true },
    externalsPresets: { node: true },
    externalsType: 'module-import',
    externals: [({ request }, done) => (isOurs(request) ? done() : done(null, request))],
    resolve: { ...defaults.resolve, plugins: [], tsConfig: undefined, conditionNames: ['source', 'import', 'node'] },
    module: {
      ...defaults.module,
      rules: defaults.module.rules.map(asInTests),
      parser: { javascript: { importMeta: false, url: false, worker: false } },
    },
    plugins: [...defaults.plugins, new rspack.CopyRspackPlugin({ patterns: [{ from: PAGE, to: 'assets' }] })],
  };
};
