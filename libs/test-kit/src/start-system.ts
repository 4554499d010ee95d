import { Container } from './container.js';
import { Stack } from './stack.js';
import { Standalone } from './standalone.js';
import type { System } from './system.js';

export type Profile = 'standalone' | 'container' | 'compose';

const START: Record<Profile, () => Promise<System>> = {
  standalone: () => Standalone.start(),
  container: () => Container.start(),
  compose: () => Promise.resolve(new Stack()),
};

/** The way of running that the suites are run against: SLUICE_PROFILE, or else the standalone app. */
export function profile(): Profile {
  const name = process.env['SLUICE_PROFILE'] ?? 'standalone';
  if (!(name in START)) throw new Error(`SLUICE_PROFILE is ${name}; allowed: ${Object.keys(START).join(', ')}.`);
  return name as Profile;
}

/** Starts the system of this profile. It is empty, except for the stack, which all suites share: use device ids of your own. */
export function startSystem(): Promise<System> {
  return START[profile()]();
}
