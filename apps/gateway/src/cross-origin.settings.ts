import { originList, type SettingsTable } from '@sluice/settings';

export const CROSS_ORIGIN_SETTINGS = {
  corsOrigins: originList(
    'CORS_ORIGINS',
    'Gateway: origins whose pages may send records and ask for their endpoints. Empty: none.',
  ),
} as const satisfies SettingsTable;
