import { isFromFile, type Setting } from '@sluice/settings';
import { ALL_SETTINGS, PROGRAMS, readersOf } from './all-settings.js';

const HEAD = `# Configuration

For people who run Sluice: every setting, its default and its allowed values. \`npm run configuration\` generates
this page from the code.

Environment variables are the only configuration. Each program reads its own variables once, at the start, and
ignores all others. An invalid value stops the start with an error that names the variable, the value and the
allowed values. An empty value counts as not set. If a row says "or a file", the variable \`<NAME>_FILE\` may name a
file with the value instead: one trailing newline is removed, and setting both variables is refused. The compose
file passes these variables on from \`.env\`; \`.env.example\` shows the ones that are changed most often.

| key | default | allowed | what it does | read by |
|---|---|---|---|---|
`;

const FOOT = `
The two URLs select the engines; nothing else changes. A process that runs the whole pipeline (\`npm start\`, the plain
container) may use files. Gateway, buffer-worker and query as separate processes share an event log, so they need
\`kafka://\`.
`;

/** The text of docs/reference/configuration.md. */
export function configurationPage(): string {
  return `${HEAD}${ALL_SETTINGS.map(rowOf).join('\n')}\n${FOOT}`;
}

function rowOf(setting: Setting<unknown>): string {
  const { key, fallback, allowed, description } = setting;
  const shown = fallback === '' ? 'empty' : `\`${String(fallback)}\``;
  const given = isFromFile(setting) ? `${allowed}; or a file: \`${key}_FILE\`` : allowed;
  return `| \`${key}\` | ${shown} | ${given} | ${description} | ${readBy(setting)} |`;
}

function readBy(setting: Setting<unknown>): string {
  const readers = readersOf(setting);
  return readers.length === Object.keys(PROGRAMS).length ? 'all' : readers.join(', ');
}
