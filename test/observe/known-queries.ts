import { DOCUMENTED_METRICS, documentedValues } from './documented-metrics.js';
import { RULES } from './observe-files.js';
import { namesIn, type Matcher, type Selector } from './promql.js';

/** Prometheus says these of everything that it scrapes. */
const SCRAPED = ['job', 'instance'];

/** What others export: Prometheus itself, and the exporter of the machine. */
const OF_OTHERS: ReadonlyMap<string, readonly string[]> = new Map([
  ['up', []],
  ['node_filesystem_avail_bytes', ['fstype', 'mountpoint', 'device']],
  ['node_filesystem_size_bytes', ['fstype', 'mountpoint', 'device']],
]);

/** Labels whose values docs/reference/metrics.md lists one by one. */
const LISTED_LABELS = new Set(['verdict', 'topic', 'engine', 'cause', 'outcome', 'pace', 'code']);

/** Everything in a query that nothing exports: metrics, labels, and values of labels. */
export function unknownNamesIn(query: string): string[] {
  const { selectors, groupings } = namesIn(query);
  const labels = new Set(selectors.flatMap(({ metric }) => labelsOf(metric) ?? []));
  return [...selectors.flatMap(unknownIn), ...groupings.filter((label) => !labels.has(label))];
}

/** The labels by which the series of a query differ. */
export function labelsIn(query: string): Set<string> {
  const { selectors, groupings } = namesIn(query);
  const isGrouped = / (by|without) \(/.test(query) || /\b(sum|max|min)\(/.test(query);
  return new Set(isGrouped ? groupings : selectors.flatMap(({ metric }) => labelsOf(metric) ?? []));
}

function unknownIn({ metric, matchers }: Selector): string[] {
  const labels = labelsOf(metric);
  if (labels === undefined) return [metric];
  return matchers.flatMap((matcher) =>
    labels.includes(matcher.label) ? unknownValuesIn(matcher) : [`${metric}{${matcher.label}}`],
  );
}

function unknownValuesIn({ label, operator, value }: Matcher): string[] {
  if (!LISTED_LABELS.has(label)) return [];
  const known = documentedValues(label);
  const values = operator.endsWith('~') ? value.split('|') : [value];
  return values.filter((each) => !known.includes(each)).map((each) => `${label}="${each}"`);
}

/** @returns `undefined` if nothing exports such a metric */
function labelsOf(metric: string): readonly string[] | undefined {
  const base = metric.replace(/_(bucket|sum|count)$/, '');
  const documented = DOCUMENTED_METRICS.get(metric);
  if (documented !== undefined) return documented.type === 'histogram' ? undefined : [...SCRAPED, ...documented.labels];
  const histogram = DOCUMENTED_METRICS.get(base);
  if (histogram?.type === 'histogram')
    return [...SCRAPED, ...histogram.labels, ...(metric.endsWith('_bucket') ? ['le'] : [])];
  const ofOthers = OF_OTHERS.get(metric);
  if (ofOthers !== undefined) return [...SCRAPED, ...ofOthers];
  return RULES.some(({ record }) => record === metric) ? SCRAPED : undefined;
}
