import type { CommandTable } from './command.js';

/** Every command of `sluice`, in the order in which `sluice --help` lists them. */
export const COMMANDS: CommandTable = new Map([
  [
    'init',
    {
      summary: 'create the topics and indexes that are missing',
      load: async () => (await import('./init/init.command.js')).init,
    },
  ],
  [
    'tokens',
    {
      summary: 'create, list, rotate and revoke tokens, for AUTH=tokens',
      load: async () => (await import('./tokens/tokens.command.js')).tokens,
    },
  ],
  [
    'schemas',
    {
      summary: 'compare payload schemas, and try one on stored records',
      load: async () => (await import('./schemas/schemas.command.js')).schemas,
    },
  ],
  [
    'map',
    {
      summary: 'try how a source of SOURCES_FILE reads a sample of its sender',
      load: async () => (await import('./map/map.command.js')).map,
    },
  ],
]);
