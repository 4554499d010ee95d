import { availableParallelism } from 'node:os';
import { ConfigError, type OptionsOf, type Setting, type SettingsTable } from '@sluice/settings';

const MAX_PROCESSES = 128;

function processes(): Setting<number> {
  const description =
    'Number of processes that serve the port of the gateway; auto: one for each core. Above 1, an additional primary process ' +
    'starts and supervises them. npm start accepts only 1.';
  const parse = (text: string): number | undefined => {
    if (text === 'auto') return Math.min(availableParallelism(), MAX_PROCESSES);
    const count = /^\d{1,3}$/.test(text) ? Number(text) : NaN;
    return count >= 1 && count <= MAX_PROCESSES ? count : undefined;
  };
  const allowed = `auto, or a whole number from 1 to ${MAX_PROCESSES}`;
  return { key: 'GATEWAY_PROCESSES', fallback: 1, allowed, description, parse };
}

/** How many processes the gateway has. */
export const PROCESSES_SETTINGS = { gatewayProcesses: processes() } as const satisfies SettingsTable;

export type ProcessesOptions = OptionsOf<typeof PROCESSES_SETTINGS>;

/** @throws ConfigError unless there is one process: the rule of a program that keeps its event log in files */
export function requireOneProcess({ gatewayProcesses }: ProcessesOptions): void {
  if (gatewayProcesses === 1) return;
  throw new ConfigError(
    `GATEWAY_PROCESSES is ${gatewayProcesses}; allowed: 1, because npm start runs everything in the one process that has its files open. ` +
      'For more processes, run the gateway as a separate service, over Kafka.',
  );
}
