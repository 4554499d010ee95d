/* eslint-disable @typescript-eslint/no-explicit-any -- answers are what is compared */
import { HttpClient } from '@sluice/test-kit';

/** Asks the reading API, page after page. */
export class ReadingClient {
  readonly #http: HttpClient;

  constructor(readonly url: string) {
    this.#http = new HttpClient(url);
  }

  /** @throws Error for any answer but 200 */
  async get(path: string): Promise<any> {
    const { status, body } = await this.#http.get(path);
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  /** @throws Error for any answer but 200 */
  async post(path: string, value: unknown): Promise<any> {
    const { status, body } = await this.#http.post(path, value);
    if (status !== 200) throw new Error(`POST ${path}: ${status} ${JSON.stringify(body)}`);
    return body;
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
}
