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

/** The metrics and labels of a query: enough to check that they exist. */
export interface QueriedNames {
  selectors: readonly Selector[];
  /** The labels that it groups or joins by. */
  groupings: readonly string[];
}

const DURATIONS = /\[[^\]]*\]/g;
const GROUPINGS = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g;
/** A name without a parenthesis after it is not a function, and the values in its braces may be quoted. */
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
