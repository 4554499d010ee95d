import { defaultScopesOf, deviceHolder, devicesHolder, type Holder } from './holder.js';
import type { Principal } from './principal.js';

const DEVICE_URN = 'urn:sluice:device:';
const READERS_URN = 'urn:sluice:readers';
const OPERATORS_URN = 'urn:sluice:operators';

/**
 * Who a client certificate speaks for, by its subject alternative names: `DNS:<device_id>`, `URI:urn:sluice:device:<device_id>`,
 * `URI:urn:sluice:device:<pattern>*`, `URI:urn:sluice:readers` and `URI:urn:sluice:operators`. Devices may send, readers may read,
 * operators may operate.
 *
 * @param altNames as Node gives them: `DNS:dev-2, URI:urn:sluice:readers`
 * @returns `undefined` if no name is one of these
 */
export function certificatePrincipal(altNames: string | undefined): Principal | undefined {
  const names = (altNames ?? '').split(', ');
  const holders = names.map(holderOf).filter((holder) => holder !== undefined);
  if (holders.length === 0) return undefined;
  const scopes = [...new Set(holders.flatMap(defaultScopesOf))];
  return { name: `certificate ${names[0]!.slice(0, 200)}`, holders, scopes };
}

function holderOf(altName: string): Holder | undefined {
  if (altName.startsWith('DNS:')) return deviceHolder(altName.slice('DNS:'.length));
  if (!altName.startsWith('URI:')) return undefined;
  const uri = altName.slice('URI:'.length);
  if (uri === READERS_URN) return { kind: 'readers' };
  if (uri === OPERATORS_URN) return { kind: 'operators' };
  const device = uri.startsWith(DEVICE_URN) ? uri.slice(DEVICE_URN.length) : '';
  return deviceHolder(device) ?? devicesHolder(device);
}
