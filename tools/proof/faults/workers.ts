import { freeze } from '@sluice/test-kit';
import type { Fault } from '../fault.js';
import { docker } from '../../load/docker.js';
import { acknowledged } from '../observed-load.js';
import { countingRebalances, addEvidence, lasting, randomMoment } from './scene.js';

export const zombieWorker: Fault = {
  name: 'zombie-worker',
  title: 'A worker frozen for 45 s, past its session, and woken while another has its partitions',
  scale: { 'buffer-worker': 2 },
  withNaive: true,
  async inject(scene) {
    const { system, ledger } = scene;
    const rebalances = countingRebalances(scene);
    await randomMoment(scene);
    const frozen = scene.random.oneOf(await system.containers('buffer-worker'));
    for (const container of [frozen, ...(await system.containers('naive'))]) await freeze(container);
    await lasting(45);
    await docker(['unpause', frozen, ...(await system.containers('naive'))]);
    await acknowledged(ledger, 300);
    await system.untilDrainedOnce();
    await rebalances();
  },
};

const CHANGES = 24;
const CHANGE_EVERY_SECONDS = 5;

export const workersComeAndGo: Fault = {
  name: 'workers-come-and-go',
  title: 'Workers added, stopped or killed every 5 s for 2 minutes',
  scale: { 'buffer-worker': 3 },
  withNaive: true,
  async inject(scene) {
    const { system, random } = scene;
    const rebalances = countingRebalances(scene);
    const [stays, ...others] = await system.containers('buffer-worker');
    const changing = [...others, ...(await system.containers('naive'))];
    for (let change = 0; change < CHANGES; change++) {
      const one = random.oneOf(changing);
      const command = random.oneOf([['start'], ['start'], ['stop', '--time', '10'], ['kill']]);
      // What has ended cannot be killed: the draw does not know which of them run.
      await docker([...command, one]).catch(() => undefined);
      await lasting(CHANGE_EVERY_SECONDS);
    }
    await docker(['start', stays!, ...changing]);
    addEvidence(scene, 'changes', CHANGES);
    await system.untilDrainedOnce();
    await rebalances();
  },
};

/** The deadline of a stop is 8 s unless it is set; Docker waits for 10. */
const EXITS_WITH = 0;

export const rollingRestart: Fault = {
  name: 'rolling-restart',
  title: 'SIGTERM to every service in turn, twice',
  scale: { 'buffer-worker': 2 },
  withNaive: true,
  async inject(scene) {
    const { system, ledger } = scene;
    for (let round = 0; round < 2; round++) {
      for (const service of ['gateway', 'buffer-worker', 'query'] as const) {
        for (const container of await system.containers(service)) {
          await acknowledged(ledger, 50);
          await docker(['stop', '--time', '10', container]);
          const exitCode = Number(await docker(['inspect', '--format', '{{.State.ExitCode}}', container]));
          addEvidence(scene, 'stops', 1);
          if (exitCode !== EXITS_WITH) addEvidence(scene, `${service} did not end by itself: exit ${exitCode}`, 1);
          await docker(['start', container]);
        }
      }
      await system.each(['restart', '--time', '1'], 'naive');
    }
  },
  verify({ evidence }) {
    return Object.keys(evidence).filter((what) => what.includes('did not end by itself'));
  },
};
