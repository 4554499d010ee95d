/** A query of the Infinity data source, as far as a request and the columns of its answer follow from it. */
export interface InfinityQuery {
  url: string;
  url_options: { method: string; params: { key: string; value: string }[] };
  /** A path with dots; empty: the answer itself. */
  root_selector: string;
  columns: { selector: string; text: string; type: 'string' | 'number' | 'timestamp' }[];
}

/** The request of a query. @param values of the variables of the dashboard, by `<name>` or `<name>:<format>` */
export function requestOf(query: InfinityQuery, values: Readonly<Record<string, string>>): string {
  const filled = (text: string) =>
    text.replace(/\$\{([^}]+)\}/g, (whole, name: string) => {
      const value = values[name];
      if (value === undefined) throw new Error(`The dashboard has no variable for ${whole}.`);
      return value;
    });
  const params = query.url_options.params.map(({ key, value }): [string, string] => [key, filled(value)]);
  return `${filled(query.url)}?${new URLSearchParams(params)}`;
}

/** The rows of an answer: what the root selector names, one row where it is no list, and of each the columns. */
export function rowsOf({ root_selector, columns }: InfinityQuery, answer: unknown): unknown[][] {
  const root = selected(answer, root_selector);
  const rows: unknown[] = Array.isArray(root) ? root : [root];
  return rows.map((row) => columns.map(({ selector }) => selected(row, selector)));
}

function selected(value: unknown, path: string): unknown {
  const steps = path === '' ? [] : path.split('.');
  return steps.reduce<unknown>((at, step) => (at as Record<string, unknown> | null | undefined)?.[step], value);
}
