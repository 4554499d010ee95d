import { fileURLToPath } from 'node:url';

const fromHere = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Where the built files are; the query service serves them below `console/`. */
export const BUILT = fromHere('dist');
/** What they are built from. */
export const SOURCES = [fromHere('src'), fromHere('../../docs/operations/runbooks')];

/**
 * How the console is built. The names of its files carry their content hashes, and all addresses are relative to the page, so that
 * it works behind a prefix of a proxy.
 */
export const consoleConfig = (rspack) => ({
  mode: 'production',
  target: ['web', 'es2022'],
  context: fromHere('.'),
  entry: { main: './src/main.tsx' },
  devtool: false,
  performance: false,
  output: {
    path: BUILT,
    publicPath: 'console/',
    filename: '[name].[contenthash:12].js',
    chunkFilename: '[name].[contenthash:12].js',
    cssFilename: '[name].[contenthash:12].css',
    cssChunkFilename: '[name].[contenthash:12].css',
    clean: true,
  },
  resolve: { extensions: ['.tsx', '.ts', '.js'], extensionAlias: { '.js': ['.ts', '.js'], '.jsx': ['.tsx'] } },
  module: {
    rules: [
      {
        test: /\.tsx?$/,
        loader: 'builtin:swc-loader',
        type: 'javascript/auto',
        options: {
          jsc: {
            parser: { syntax: 'typescript', tsx: true },
            target: 'es2022',
            transform: { react: { runtime: 'automatic', importSource: 'preact' } },
          },
        },
      },
      { test: /\.css$/, type: 'css' },
      { test: /\.md$/, type: 'asset/source' },
    ],
  },
  plugins: [new rspack.HtmlRspackPlugin({ template: './src/index.html', inject: 'head', scriptLoading: 'defer' })],
});
