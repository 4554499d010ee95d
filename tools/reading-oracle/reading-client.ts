/* eslint-disable @typescript-eslint/no-explicit-any -- answers are what is compared */
import { setTimeout } from 'node:timers/promises';
import { type Answer, HttpClient } from '@sluice/test-kit';

/** How often a read is repeated while the service asks for that, as a slow store makes it do. */
const REPEATS = 30;

/** Asks the reading API, page after page. */
export class ReadingClient {
  readonly #http: HttpClient;

  constructor(readonly url: string) {
    this.#http = new HttpClient(url);
  }

  /** @throws Error for any answer but 200, and for a service that stays busy */
  get(path: string): Promise<any> {
    return this.body(`GET ${path}`, () => this.#http.get(path));
  }

  /** @throws as {@link get} */
  post(path: string, value: unknown): Promise<any> {
    return this.body(`POST ${path}`, () => this.#http.post(path, value));
  }

  /** All items of a paged answer. @param path with a query @param name the member with the items of a page */
  async all(path: string, name: string): Promise<any[]> {
    const items: unknown[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: any = await this.get(`${path}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
      items.push(...page[name]);
      cursor = page.has_more ? page.next_cursor : null;
    }
    return items;
  }

  /** The lines of an export, without those that are no records. @throws Error if it has no end */
  async export(path: string): Promise<any[]> {
    const text = String(await this.get(path));
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const records = lines.filter((line) => !('sluice_cursor' in line || 'sluice_end' in line));
    const end = lines.at(-1)?.sluice_end;
    if (end?.complete !== true || end.records !== records.length) throw new Error(`GET ${path}: has no end`);
    return records;
  }

  private async body(what: string, ask: () => Promise<Answer>): Promise<any> {
    for (let asked = 0; ; asked++) {
      const { status, headers, body } = await ask();
      if (status === 200) return body;
      const isBusy = status === 429 || status === 503;
      if (!isBusy || asked === REPEATS) throw new Error(`${what}: ${status} ${JSON.stringify(body)}`);
      await setTimeout(Number(headers.get('retry-after') ?? 1) * 1000);
    }
  }
}
