import { HTTP_SETTINGS } from '@sluice/http/settings';
import { type Config, readSettings } from '@sluice/process';
import { type SettingsTable, text } from '@sluice/settings';

/** How a command reaches a running service. */
export const API_SETTINGS = {
  port: HTTP_SETTINGS.port,
  sluiceUrl: {
    ...text(
      'SLUICE_URL',
      '',
      /^https?:\/\/[^\s/@]+\/?$/,
      'http://host:port',
      'Address of the service for sluice dead-letters, redrive and export. Empty: http://127.0.0.1 with PORT.',
    ),
    derive: ({ port }: Readonly<Record<string, unknown>>) => `http://127.0.0.1:${String(port)}`,
  },
  sluiceToken: {
    ...text(
      'SLUICE_TOKEN',
      '',
      /^\S+$/,
      'a token with the scope operate, or read for sluice export',
      'Token for these commands, if AUTH=tokens.',
    ),
    isSecret: true,
  },
} as const satisfies SettingsTable;

/** @throws ConfigError */
export function readApiConfig(env: NodeJS.ProcessEnv): Config<typeof API_SETTINGS> {
  return readSettings(API_SETTINGS, env);
}
