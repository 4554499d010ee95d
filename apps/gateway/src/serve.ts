import { EventLog } from '@sluice/event-log';
import { type AppFactory, createHttpApp, serveDocs } from '@sluice/http';
import { tracingOptions } from '@sluice/observability';
import { awaitEventLog, openService, runApp } from '@sluice/process';
import { announce } from './announce.js';
import { GatewayAppModule } from './gateway.app.module.js';
import { warnOfSmallTopics } from './small-topics.js';
import type { Peers } from './processes/peers.js';
import type { GatewayConfig } from './settings.js';

export interface ServeParts {
  /** Left out: this process is the whole gateway. */
  peers?: Peers;
  /** Makes the application; left out: as it is. */
  create?: AppFactory | undefined;
}

/** Serves in this process. Resolves when the start is complete. */
export async function serve(config: GatewayConfig, { peers, create }: ServeParts = {}): Promise<void> {
  const opened = await openService('gateway', config, tracingOptions(config, 'gateway'));
  const service = peers?.join(opened) ?? opened;
  const app = await createHttpApp(GatewayAppModule.forRoot(config, service, peers), service.logger, config, create);
  serveDocs(app, app.get(EventLog).names);
  const port = await runApp(app, service.logger, {
    ...config,
    noticeMs: config.drainNoticeMs,
    ...(peers && { signals: peers.signals }),
  });
  peers?.serving(app);
  if (peers === undefined || peers.number === 1) announce(app, config, port);
  await awaitEventLog(app, ({ events }) => [events]);
  peers?.started();
  // Nothing waits for it: it only warns.
  if (peers === undefined || peers.number === 1) void warnOfSmallTopics(app, config);
}
