import type { CommandTable } from './command.js';

/** Every command of `sluice`, in the order in which `sluice --help` lists them. */
export const COMMANDS: CommandTable = new Map([
  [
    'init',
    {
      summary: 'create missing topics and indexes',
      load: async () => (await import('./init/init.command.js')).init,
    },
  ],
  [
    'doctor',
    {
      summary: 'test the rights that the services need on Kafka and MongoDB',
      load: async () => (await import('./doctor/doctor.command.js')).doctor,
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
      summary: 'compare payload schemas, and test one on stored records',
      load: async () => (await import('./schemas/schemas.command.js')).schemas,
    },
  ],
  [
    'map',
    {
      summary: 'test how a source of SOURCES_FILE reads a sample',
      load: async () => (await import('./map/map.command.js')).map,
    },
  ],
  [
    'dead-letters',
    {
      summary: 'list, show, count and discard dead letters',
      load: async () => (await import('./dead-letters/dead-letters.command.js')).deadLetters,
    },
  ],
  [
    'redrive',
    {
      summary: 'plan and run a redrive of dead letters, and follow it',
      load: async () => (await import('./dead-letters/redrive.command.js')).redrive,
    },
  ],
  [
    'export',
    {
      summary: 'write the records of a device or of a range of time to a file, as NDJSON or Parquet',
      load: async () => (await import('./export/export.command.js')).exportRecords,
    },
  ],
  [
    'backup',
    {
      summary: 'copy the embedded files while the service runs, and check the copies',
      load: async () => (await import('./backup/backup.command.js')).backup,
    },
  ],
  [
    'restore',
    {
      summary: 'replace the files of a stopped service with a backup',
      load: async () => (await import('./backup/backup.command.js')).restore,
    },
  ],
  [
    'verify',
    {
      summary: 'verify that a backup, or the files of a stopped service, are intact',
      load: async () => (await import('./backup/backup.command.js')).verify,
    },
  ],
  [
    'archive',
    {
      summary: 'count the archive against the event log, and send archived records again',
      load: async () => (await import('./archive/archive.command.js')).archive,
    },
  ],
  [
    'move',
    {
      summary: 'move the embedded files of a stopped service to Kafka and MongoDB, and prove it',
      load: async () => (await import('./move/move.command.js')).move,
    },
  ],
]);
