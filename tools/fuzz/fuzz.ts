import { inTurns } from '../load/arrivals.js';
import { AcceptedRecords } from './accepted-records.js';
import { attackOf } from './attacks.js';
import { judge } from './verdict.js';
import { send } from './wire.js';

export interface FuzzOptions {
  baseUrl: string;
  seed: number;
  /** The number of the first attack; with the seed, it says everything about it. */
  first?: number;
  /** Asked before each attack, with how many there were. */
  mayGoOn: (count: number) => boolean;
}

export interface FuzzReport {
  attacks: number;
  /** How many attacks of each kind got an answer of each status. */
  accepted: number;
  /** Each begins with the number of its attack, where it comes from one. */
  faults: string[];
}

/** Attacks in progress at one time. */
const AT_ONCE = 24;
/** After so many faults the rest says little more. */
const MAX_FAULTS = 20;

/** Attacks the service until it is stopped, and then checks that every accepted record is stored as it was sent. */
export async function fuzz({ baseUrl, seed, first = 0, mayGoOn }: FuzzOptions): Promise<FuzzReport> {
  const accepted = new AcceptedRecords();
  const faults: string[] = [];
  let attacks = 0;
  const goesOn = (): boolean => faults.length < MAX_FAULTS && mayGoOn(attacks);
  await inTurns(AT_ONCE, goesOn, async () => {
    const number = first + attacks++;
    for (const fault of await attack(baseUrl, seed, number, accepted)) faults.push(`attack ${number}: ${fault}`);
  });
  if (faults.length === 0) faults.push(...(await accepted.verify(baseUrl)));
  return { attacks, accepted: accepted.count, faults };
}

async function attack(baseUrl: string, seed: number, number: number, accepted: AcceptedRecords): Promise<string[]> {
  const made = attackOf(seed, number);
  try {
    return judge(made, await send(baseUrl, made.bytes, made.isComplete), accepted);
  } catch (error) {
    return [`${made.kind}: ${String(error)}`];
  }
}
