import type { Fault } from '../fault.js';
import { answerSwallowed } from './answer-swallowed.js';
import { cutGatewayKafka, cutGatewayQuery, cutWorkerKafka, cutWorkerStore } from './cuts.js';
import { kafkaFrozen, kafkaKilled, kafkaStopped } from './kafka-outages.js';
import { workerKilledBeforeCommit, workerKilledBehindDeadLetter } from './killed-before-commit.js';
import { gatewayKilled, queryKilled, workerKilled } from './killed-services.js';
import { leaderFrozen, leaderMoves, tooFewInSync } from './leader-moves.js';
import { poisonFlood, poisonRecords } from './poison.js';
import { clockSetBack } from './slow-clock.js';
import { storeFrozen, storeFrozenInWrite, storeKilled, storeStopped } from './store-outages.js';
import { rollingRestart, workersComeAndGo, zombieWorker } from './workers.js';

/** Everything that is done to the full stack, in the order in which it is done. */
export const STACK_FAULTS: readonly Fault[] = [
  gatewayKilled,
  workerKilled,
  workerKilledBeforeCommit,
  workerKilledBehindDeadLetter,
  queryKilled,
  kafkaKilled,
  kafkaStopped,
  kafkaFrozen,
  storeKilled,
  storeStopped,
  storeFrozen,
  storeFrozenInWrite,
  answerSwallowed,
  zombieWorker,
  workersComeAndGo,
  rollingRestart,
  cutWorkerKafka,
  cutWorkerStore,
  cutGatewayKafka,
  cutGatewayQuery,
  poisonRecords,
  poisonFlood,
  clockSetBack,
];

/** What needs more than one broker. */
export const CLUSTER_FAULTS: readonly Fault[] = [leaderMoves, leaderFrozen, tooFewInSync];
