import { originList, type SettingsTable } from '@sluice/settings';

export const CROSS_ORIGIN_SETTINGS = {
  corsOrigins: originList(
    'CORS_ORIGINS',
    'Gateway: origins whose web pages may send records and request endpoints. Empty: none.',
  ),
} as const satisfies SettingsTable;
