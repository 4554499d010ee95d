import { Server } from '../load/server.js';

/** The brokers that the gateway runs over; `undefined`: everything runs in one process over files. */
export const BROKERS = process.env['KAFKA_BROKERS'];

/** Starts the built gateway, or the standalone app where there are no brokers. @param settings more keys of the environment */
export function startGateway(settings: Record<string, string> = {}): Promise<Server> {
  if (BROKERS === undefined) return Server.start('dist/apps/standalone/main.js', { env: settings });
  return Server.start('dist/apps/gateway/main.js', { env: { EVENT_LOG_URL: `kafka://${BROKERS}`, ...settings } });
}
