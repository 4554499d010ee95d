import type { Fleet } from './fleet.js';
import type { FleetOptions } from './options.js';
import { grouped, quantiles } from './summary.js';
import type { Traffic } from './traffic.js';

const ON_TERMINAL_MS = 250;
const PLAIN_MS = 5_000;
const BAR_WIDTH = 30;
/** Of these last milliseconds are the rate and the shares of the endpoints. */
const SPAN_MS = 3_000;

/** Where a person looks: a terminal, or a file. */
export interface Output {
  isTTY?: boolean;
  write(text: string): unknown;
}

/** Shows how a run goes: redrawn in place on a terminal, a line now and then anywhere else. */
export class Progress {
  private readonly timer: NodeJS.Timeout;
  private drawnLines = 0;

  constructor(
    private readonly fleet: Fleet,
    private readonly output: Output,
  ) {
    this.timer = setInterval(() => this.show(), output.isTTY ? ON_TERMINAL_MS : PLAIN_MS);
  }

  stop(): void {
    clearInterval(this.timer);
    this.show();
  }

  private show(): void {
    const { output, fleet } = this;
    if (!output.isTTY) return void output.write(`${statusLine(fleet)}\n`);
    const lines = [statusLine(fleet), ...endpointBars(fleet.traffic, fleet.elapsedMs())];
    const back = this.drawnLines === 0 ? '' : `\u001b[${this.drawnLines}A\u001b[J`;
    output.write(`${back}${lines.join('\n')}\n`);
    this.drawnLines = lines.length;
  }
}

/** What the figures are, once at the beginning. */
export function legendOf({ batchAgeMs }: FleetOptions): string {
  const wait = batchAgeMs < 1000 ? `${batchAgeMs} ms` : `${batchAgeMs / 1000} s`;
  return (
    'p50 and p99 of acked: from the report of a record to its acknowledgement. They include the time that the device itself ' +
    `waits for a batch to fill up: up to ${wait} (--batch-age).`
  );
}

function statusLine(fleet: Fleet): string {
  const { tally } = fleet;
  const cells = [
    `${(fleet.elapsedMs() / 1000).toFixed(0)} s`.padStart(6),
    `reported ${grouped(tally.reported)}`,
    `acked ${grouped(tally.acked)} (${quantiles(tally.untilAcked)})`,
    `rejected ${grouped(tally.rejected)}`,
    `queued ${grouped(fleet.queued)}`,
    `retried ${grouped(tally.retries)}`,
  ];
  return cells.join('  ');
}

/** One bar for each endpoint: its share of what was taken lately, and what it refused. */
function endpointBars(traffic: Traffic, elapsedMs: number): string[] {
  const shares = traffic.origins.map((origin) => ({
    origin,
    ...traffic.share(origin, elapsedMs - SPAN_MS, elapsedMs),
  }));
  const taken = shares.reduce((sum, share) => sum + share.taken, 0);
  return shares.map(({ origin, requests, taken: own }) => {
    const share = taken === 0 ? 0 : own / taken;
    const bar = '█'.repeat(Math.round(share * BAR_WIDTH)).padEnd(BAR_WIDTH, '·');
    const perSecond = `${grouped(own / (SPAN_MS / 1000))}/s`;
    return `        ${origin}  ${bar}  ${perSecond.padStart(7)}  refused or failed ${grouped(requests - own)}`;
  });
}
