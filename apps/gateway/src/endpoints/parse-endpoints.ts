import { deviceHolder, devicesHolder, holderText } from '@sluice/ingest';
import { EndpointList, EndpointListError, type Assignment, type Endpoint } from './endpoint-list.js';

export const MAX_ENDPOINTS = 100;
const MAX_WEIGHT = 20;

/**
 * Reads a list of endpoints: entries are separated by commas or line ends, and `#` begins a comment.
 *
 *     https://a:8000 weight=2          an endpoint with two shares of the devices
 *     https://b:8000 draining          one that is about to go away
 *     lab-7:* -> https://b:8000        devices that report there first; to several, separated by spaces
 *
 * @param source how the reader of an error knows the text: the name of its setting
 * @throws EndpointListError that names the source, the entry, what is wrong with it and what is allowed
 */
export function parseEndpoints(text: string, source: string): EndpointList {
  const entries = text
    .replace(/(^|\s)#.*$/gm, '')
    .split(/[,\n]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const isAssignment = (entry: string) => entry.includes('->');
  const reader = new EntryReader(source);
  for (const entry of entries) if (!isAssignment(entry)) reader.addEndpoint(entry);
  for (const entry of entries) if (isAssignment(entry)) reader.addAssignment(entry);
  return reader.list();
}

class EntryReader {
  private readonly endpoints = new Map<string, Endpoint>();
  private readonly assignments = new Map<string, Assignment>();

  constructor(private readonly source: string) {}

  list(): EndpointList {
    const { size } = this.endpoints;
    if (size > 0 && size <= MAX_ENDPOINTS)
      return new EndpointList([...this.endpoints.values()], [...this.assignments.values()]);
    throw new EndpointListError(`${this.source} names ${size} endpoints; allowed: 1 to ${MAX_ENDPOINTS}.`);
  }

  addEndpoint(entry: string): void {
    const [address = '', ...options] = entry.split(/\s+/);
    const endpoint: Endpoint = { url: this.urlOf(address, entry), weight: 1, draining: false };
    if (this.endpoints.has(endpoint.url)) throw this.fault(entry, 'this endpoint is twice in the list.');
    for (const option of options) {
      if (option === 'draining') endpoint.draining = true;
      else endpoint.weight = this.weightOf(option, entry);
    }
    this.endpoints.set(endpoint.url, endpoint);
  }

  addAssignment(entry: string): void {
    const [pattern = '', addresses = '', ...more] = entry.split('->').map((part) => part.trim());
    const devices = deviceHolder(pattern) ?? devicesHolder(pattern);
    if (devices === undefined || more.length > 0) {
      throw this.fault(entry, 'before -> give one device_id, or a prefix and a *, like lab-7:*');
    }
    if (this.assignments.has(holderText(devices))) throw this.fault(entry, 'these devices stand twice in the list.');
    const urls = addresses.split(/\s+/).map((address) => this.urlOf(address, entry));
    const unlisted = urls.find((url) => !this.endpoints.has(url));
    if (unlisted !== undefined) throw this.fault(entry, `${unlisted} is none of the endpoints; add an entry for it.`);
    this.assignments.set(holderText(devices), { devices, urls });
  }

  /** One form for one address, because devices hash it as a text. */
  private urlOf(address: string, entry: string): string {
    const isUrl = /^https?:\/\/[^\s?#@\\]+$/i.test(address) && URL.canParse(address);
    if (!isUrl) throw this.fault(entry, 'an endpoint is an http or https URL without user, query and fragment.');
    const { protocol, host, pathname } = new URL(address);
    return `${protocol}//${host}${withoutLastSlashes(pathname)}`;
  }

  private weightOf(option: string, entry: string): number {
    const weight = Number(/^weight=(\d{1,3})$/.exec(option)?.[1] ?? 0);
    if (weight >= 1 && weight <= MAX_WEIGHT) return weight;
    throw this.fault(entry, `allowed after the URL: weight=1 to weight=${MAX_WEIGHT}, and draining.`);
  }

  /** A password in a URL is wrong, and still not to be shown. */
  private fault(entry: string, what: string): EndpointListError {
    const shown = entry.split(/(\s+)/).map(withoutUser).join('');
    return new EndpointListError(`${this.source}: the entry "${shown}" is invalid: ${what}`);
  }
}

function withoutLastSlashes(path: string): string {
  let end = path.length;
  while (path[end - 1] === '/') end--;
  return path.slice(0, end);
}

/** `https://user:secret@a` -> `https://…@a` */
function withoutUser(word: string): string {
  const [start, end] = [word.indexOf('//'), word.lastIndexOf('@')];
  return start === -1 || end < start + 2 ? word : `${word.slice(0, start)}//…@${word.slice(end + 1)}`;
}
