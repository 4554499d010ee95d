import { Store } from './store.js';

/** The current page of the console: kept after the `#`, so that every page has the same address and works behind a prefix. */
export interface Place {
  /** `['devices', 'dev-2']` */
  path: readonly string[];
  parameters: Readonly<Record<string, string>>;
}

/** The properties of every page. */
export interface PageProps {
  place: Place;
}

function placeNow(): Place {
  const [path = '', query = ''] = location.hash.replace(/^#\/?/, '').split('?');
  const parts = path.split('/').filter((part) => part !== '');
  return { path: parts.map(decoded), parameters: Object.fromEntries(new URLSearchParams(query)) };
}

/** People edit addresses: a part that cannot be decoded stays as it is. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const place = new Store<Place>(placeNow());

addEventListener('hashchange', () => place.set(placeNow()));

/** The link to a page; empty parameters are left out. */
export function linkTo(path: readonly string[], parameters: Readonly<Record<string, string | undefined>> = {}): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== '');
  const query = new URLSearchParams(given as [string, string][]).toString();
  return `#/${path.map(encodeURIComponent).join('/')}${query === '' ? '' : `?${query}`}`;
}

export function goTo(path: readonly string[], parameters: Readonly<Record<string, string | undefined>> = {}): void {
  location.hash = linkTo(path, parameters);
}
