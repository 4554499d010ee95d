/** What OpenAPI says of `complete_through`. */
export const COMPLETE_THROUGH_SCHEMA = {
  type: String,
  format: 'date-time',
  nullable: true,
  description:
    'Every record that was received up to this instant, itself included, was stored or dead-lettered when this answer was read; ' +
    'null if that is not known.',
  example: '2025-09-09T17:00:00.000Z',
} as const;
