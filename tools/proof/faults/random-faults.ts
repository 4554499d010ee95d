import type { Random } from '../../load/ledger/random.js';
import { docker } from '../../load/docker.js';
import type { Fault, FaultScene } from '../fault.js';
import { LINK_NAMES, type LinkMode } from '../links.js';
import { MemoryWatch } from '../memory-watch.js';
import type { ProofStack, Service } from '../proof-stack.js';
import { countingTroubles, felt, lasting } from './scene.js';

interface SmallFault {
  what: string;
  begin(system: ProofStack): Promise<unknown>;
  end(system: ProofStack): Promise<unknown>;
}

const KILLED: readonly Service[] = ['gateway', 'buffer-worker', 'query', 'kafka', 'mongo'];
const FROZEN: readonly Service[] = ['buffer-worker', 'query', 'kafka', 'mongo'];
const SEVERED: readonly LinkMode[] = [{ mode: 'cut' }, { mode: 'silent' }];

function killOne(random: Random, services: readonly Service[]): SmallFault {
  const service = random.oneOf(services);
  return {
    what: `${service} killed`,
    begin: (system) => oneOf(system, service, random, ['kill', '--signal', 'KILL']),
    end: (system) => system.start(service),
  };
}

function freezeOne(random: Random, services: readonly Service[]): SmallFault {
  const service = random.oneOf(services);
  return {
    what: `${service} frozen`,
    begin: (system) => system.freeze(service),
    end: (system) => system.thaw(service),
  };
}

function severOne(random: Random): SmallFault {
  const link = random.oneOf(LINK_NAMES.filter((name) => !name.startsWith('naive')));
  const mode = random.oneOf(SEVERED);
  return {
    what: `${link} ${mode.mode}`,
    begin: (system) => system.links.set(link, mode),
    end: (system) => system.links.set(link, { mode: 'open' }),
  };
}

async function oneOf(system: ProofStack, service: Service, random: Random, command: string[]): Promise<void> {
  await docker([...command, random.oneOf(await system.containers(service))]);
}

/** A list that names each kind of fault once, so that the seed draws evenly. */
function draw(random: Random, sparesApps: boolean): SmallFault {
  const killed = sparesApps ? KILLED.filter(isEngine) : KILLED;
  const frozen = sparesApps ? FROZEN.filter(isEngine) : FROZEN;
  return random.oneOf([() => killOne(random, killed), () => freezeOne(random, frozen), () => severOne(random)])();
}

const isEngine = (service: Service): boolean => service === 'kafka' || service === 'mongo';

interface Rhythm {
  minutes: number;
  longestSeconds: number;
  /** Between two faults. */
  restSeconds: [min: number, max: number];
  sparesApps: boolean;
}

async function disturb(scene: FaultScene, { minutes, longestSeconds, restSeconds, sparesApps }: Rhythm): Promise<void> {
  const { system, random } = scene;
  const endMs = Date.now() + minutes * 60_000;
  while (Date.now() < endMs) {
    const fault = draw(random, sparesApps);
    await fault.begin(system);
    await lasting(random.between(1, longestSeconds));
    await fault.end(system);
    felt(scene, fault.what, 1);
    await lasting(random.between(...restSeconds));
  }
}

export function randomMix(minutes: number): Fault {
  return {
    name: 'mix',
    title: `A random mix of kills, freezes and cuts, ${minutes} minutes`,
    scale: { 'buffer-worker': 2 },
    withNaive: true,
    async inject(scene) {
      const troubles = countingTroubles(scene);
      await disturb(scene, { minutes, longestSeconds: 20, restSeconds: [1, 8], sparesApps: false });
      troubles();
    },
  };
}

/** The apps are spared, so that their memory can be followed: what is done to the engines and the network, they outlive. */
export function soak(minutes: number): Fault {
  return {
    name: 'soak',
    title: `Soak at half load, ${minutes} minutes, one fault a minute`,
    load: { devices: 6 },
    async inject(scene) {
      const memory = new MemoryWatch(scene.system);
      const rhythm = { minutes, longestSeconds: 10, restSeconds: [50, 58] as [number, number], sparesApps: true };
      await disturb(scene, rhythm);
      scene.notes.push(...(await memory.stop()));
    },
  };
}
