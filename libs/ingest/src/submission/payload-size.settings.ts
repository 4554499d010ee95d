import { MAX_PAYLOAD_BYTES } from '@sluice/contracts';
import { type SettingsTable, wholeNumber } from '@sluice/settings';

/** The gateway keeps to it; the commands compare the topics with it. */
export const PAYLOAD_SIZE_SETTINGS = {
  maxPayloadBytes: wholeNumber(
    'MAX_PAYLOAD_BYTES',
    MAX_PAYLOAD_BYTES,
    { min: 1024, max: 15 * 1024 * 1024 },
    'Largest data_payload, in bytes of compact JSON. With Kafka, keep it below max.message.bytes of the topic, and leave 4 KiB.',
  ),
} as const satisfies SettingsTable;
