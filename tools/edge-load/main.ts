/** `npm run edge-load`: the load proofs of docs/internals/overload.md. */
import { EVENTS_TOPIC } from '@sluice/contracts';
import { openEventLog } from '@sluice/engines';
import { optionsOf, requireKnown } from '../load/options.js';
import { pinLoadGenerator } from '../load/program.js';
import { BROKERS } from './gateway.js';
import type { Proof } from './proof.js';
import { bomb } from './proofs/bomb.js';
import { floods } from './proofs/flood.js';
import { overCapacity } from './proofs/over-capacity.js';
import { heavyReads } from './proofs/heavy-reads.js';
import { reads } from './proofs/reads.js';
import { shapes } from './proofs/shapes.js';
import { slowClients } from './proofs/slow-clients.js';
import { lineOf, publish } from './report.js';

const PROOFS: readonly Proof[] = [overCapacity, slowClients, floods, bomb, shapes, reads, heavyReads];

const USAGE = `npm run edge-load -- [options]: the load proofs of docs/internals/overload.md; on Kafka with KAFKA_BROKERS.

  --only NAME   ${PROOFS.map(({ name }) => name).join(', ')}; may be repeated
  --rounds N    3 if left out
  --records N   records in a request; 100 if left out
  --write       puts the figures into the page`;

const { values } = optionsOf(USAGE, {
  options: {
    only: { type: 'string', multiple: true, default: [] },
    rounds: { type: 'string', default: '3' },
    records: { type: 'string', default: '100' },
    write: { type: 'boolean', default: false },
  },
});

function chosen(): readonly Proof[] {
  const known = PROOFS.map(({ name }) => name);
  requireKnown('proof', values.only, known);
  return values.only.length === 0 ? runnable() : PROOFS.filter(({ name }) => values.only.includes(name));
}

/** The gateway alone, over Kafka, has no pages to read; heavy reads need a record store as well. */
function runnable(): readonly Proof[] {
  if (BROKERS === undefined) return PROOFS;
  const unreadable = process.env['MONGO_URL'] === undefined ? [reads, heavyReads] : [reads];
  return PROOFS.filter((proof) => !unreadable.includes(proof));
}

/** The gateway never makes its topic. */
async function createTopic(brokers: string): Promise<void> {
  const log = await openEventLog({
    url: `kafka://${brokers}`,
    clientId: 'sluice-edge-load',
    publishTimeoutMs: 5000,
    commitTimeoutMs: 5000,
    replicationFactor: 1,
  });
  await log.createTopics([{ name: EVENTS_TOPIC, partitions: 12 }]);
  await log.close();
}

pinLoadGenerator();
if (BROKERS !== undefined) await createTopic(BROKERS);
const options = { rounds: Number(values.rounds), recordsPerRequest: Number(values.records) };
for (const proof of chosen()) {
  const findings = await proof.run(options);
  for (const finding of findings) console.log(lineOf(finding));
  if (values.write) await publish(proof, findings);
  if (!findings.every(({ holds }) => holds)) process.exitCode = 1;
}
