/** One metric that a query asks for, with the labels that it is narrowed by. */
export interface Selector {
  metric: string;
  matchers: readonly Matcher[];
}

export interface Matcher {
  label: string;
  operator: string;
  value: string;
}

/** What a query asks for: enough of it to tell whether a metric and its labels are there to answer. */
export interface QueriedNames {
  selectors: readonly Selector[];
  /** The labels that it groups or joins by. */
  groupings: readonly string[];
}

const DURATIONS = /\[[^\]]*\]/g;
const GROUPINGS = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g;
/** A name that no parenthesis follows is no function, and what stands in its braces may be quoted. */
const SELECTORS = /(?<![\w.])([a-zA-Z_:][\w:]*)(?:\{((?:"[^"]*"|[^"}])*)\})?(?!\w|\s*\()/g;
const MATCHERS = /(\w+)\s*([=!]~|!?=)\s*"([^"]*)"/g;
const OPERATORS = new Set(['and', 'or', 'unless', 'bool', 'offset']);

/** Reads the names out of a PromQL query; that it is well-formed is for promtool to say. */
export function namesIn(query: string): QueriedNames {
  const groupings = [...query.matchAll(GROUPINGS)].flatMap(([, labels]) => labels!.match(/\w+/g) ?? []);
  const selectors = [...query.replace(DURATIONS, '').replace(GROUPINGS, ' ').matchAll(SELECTORS)]
    .filter(([, name]) => !OPERATORS.has(name!))
    .map(([, metric, braces = '']) => ({ metric: metric!, matchers: matchersIn(braces) }));
  return { selectors, groupings };
}

function matchersIn(braces: string): Matcher[] {
  return [...braces.matchAll(MATCHERS)].map(([, label, operator, value]) => ({
    label: label!,
    operator: operator!,
    value: value!,
  }));
}
