/**
 * Words that make a reader from this field translate, each with what to write instead. A rule is a plain pattern over a line;
 * `docs/reference/glossary.md` has the words to use.
 */
const BANNED = [
  { pattern: /\bwhoever\b/i, instead: 'name the client, the user or the process' },
  { pattern: /\b(?:nobody|everybody)\b/i, instead: 'name who: no client, no process, every user' },
  { pattern: /\b(?:stands|stood)\b/i, instead: 'is, or a verb that says what it does' },
  { pattern: /\b(?:tell|tells|told)\b/i, instead: 'report, return, distinguish' },
  { pattern: /\b(?:hear|hears|heard)\b/i, instead: 'receive, be notified' },
  { pattern: /\banew\b/i, instead: 'again' },
  { pattern: /\b(?:for so long|so (?:long|many|much) as)\b/i, instead: 'while, for as many, the number' },
  {
    pattern:
      /\bof (?:its|their|our|her|his) own(?=[\s]*$|[^\w\s]|\s(?:and|that|with|in|on|for|by|which|or|beside|is|has|from|to)\b)/i,
    instead: 'its own <noun>, a separate <noun>',
  },
  { pattern: /\bwhat (?:waits|is no)\b/i, instead: 'a noun: buffered records, invalid input' },
  { pattern: /\bnever in neither\b/i, instead: 'always visible' },
  { pattern: /\b(?:besieger|whereabouts)s?\b/i, instead: 'attacker, record location' },
];

/** Names that say nothing of what a function returns or does. */
const BANNED_NAMES = {
  pattern: /^\s*(?:export )?(?:(?:private|protected|static|async|function|abstract) )*(?:look|take|place|saw|hear)\(/,
  instead: 'a name for what it returns, or the verb that makes it',
};

/** A title that is a fragment: its first word is a plain word without a capital letter. Names of code may begin with a small letter. */
const FRAGMENT = {
  it: { pattern: /^[a-z]+ /, instead: 'a whole sentence, with its subject and a capital letter' },
  describe: {
    pattern: /^(?!(?:npm|sluice) )[a-z]+ /,
    instead: 'the thing under test: a noun with a capital letter, or its name in the code',
  },
};

/** A title of `it` or `describe`; that of `it.each` or `describe.each` follows the `)` of its table, which may be lines below. */
const TITLE =
  /\b(?<table>it|describe)\.each\b|(?:\b(?<call>it|describe)(?:\.\w+)?|\))\(\s*(?<quote>['"`])(?<title>.*?)\k<quote>,/g;

const MAX_COLUMNS = 120;
const IS_SUITE = /(?:spec|contract)\.(?:ts|mjs)$/;
const FENCE = /^\s*```/;
/** A table row cannot be wrapped, and neither can a URL. */
const UNWRAPPABLE = /^\s*\||https?:\/\/|\]\([^)]{40,}\)/;

/**
 * @param {string} path decides which rules apply: Markdown also has a limit of columns, code banned names, a suite titles
 * @param {string} text
 * @returns {{ line: number, found: string, instead: string }[]} what is to be changed, lines from 1
 */
export function findingsIn(path, text) {
  const lines = text.split('\n');
  const rules = path.endsWith('.md') ? BANNED : [...BANNED, BANNED_NAMES];
  const words = lines.flatMap((content, index) =>
    wordsIn(content, rules).map((each) => ({ line: index + 1, ...each })),
  );
  if (path.endsWith('.md')) return [...words, ...tooLong(lines)];
  return IS_SUITE.test(path) ? [...words, ...fragmentsIn(text)] : words;
}

function wordsIn(content, rules) {
  return rules.flatMap(({ pattern, instead }) => {
    const found = pattern.exec(content);
    return found ? [{ found: found[0].trim(), instead }] : [];
  });
}

function fragmentsIn(text) {
  let table;
  return [...text.matchAll(TITLE)].flatMap(({ index, groups, 0: { length } }) => {
    const kind = groups.call ?? table;
    table = groups.table;
    if (groups.title === undefined || kind === undefined || !FRAGMENT[kind].pattern.test(groups.title)) return [];
    const line = text.slice(0, index + length).split('\n').length;
    return [{ line, found: groups.title, instead: FRAGMENT[kind].instead }];
  });
}

function tooLong(lines) {
  let isCode = false;
  return lines.flatMap((content, index) => {
    if (FENCE.test(content)) isCode = !isCode;
    if (isCode || content.length <= MAX_COLUMNS || UNWRAPPABLE.test(content)) return [];
    return [{ line: index + 1, found: `${content.length} columns`, instead: `at most ${MAX_COLUMNS}` }];
  });
}
