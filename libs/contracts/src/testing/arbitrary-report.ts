import fc from 'fast-check';
import type { IngestEvent, JsonValue } from '../event.js';

// Values near the limits of the rules, for property tests.

const numbers = fc.oneof(
  fc.double(),
  fc.maxSafeInteger(),
  fc.constantFrom(0, -0, 2 ** 53 - 1, 2 ** 53, -(2 ** 53), 1e300, Infinity, NaN, 5e-324),
);
const hardTexts = fc.string({ unit: fc.constantFrom('a', '"', '\\', '\0', '\n', '\ud800', '\udc00', '\u{1f600}') });
const texts = fc.oneof(fc.string({ unit: 'binary' }), hardTexts);
const longKeys = fc.integer({ min: 254, max: 258 }).map((length) => 'k'.repeat(length));
const inheritedNames = fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty');
const names = fc.oneof({ weight: 6, arbitrary: texts }, { weight: 1, arbitrary: longKeys }, inheritedNames);

/** Members as `JSON.parse` makes them: `__proto__` is a member like any other. */
const objectOf = (values: fc.Arbitrary<unknown>) => fc.array(fc.tuple(names, values)).map(Object.fromEntries);

const leaves = fc.oneof(numbers, texts, fc.boolean(), fc.constant(null));
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof({ depthSize: 'small' }, leaves, fc.array(tie('tree')), objectOf(tie('tree'))),
}));
const nested = fc.integer({ min: 29, max: 34 }).map((depth) => {
  let value: unknown = {};
  for (let level = 1; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value };
  return { n: value };
});

const ids = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom('dev-2', 'a', '._:-', 'd'.repeat(128)) },
  fc.constantFrom('', 'd'.repeat(129), 'dev\n', '\u00e9', '\ud800', '~'),
  leaves,
);
const timestamps = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.constantFrom('2025-09-09T17:00:00Z', '2016-12-31t23:59:60.5z', '2024-02-29T00:00:00+23:59'),
  },
  fc.string({ unit: fc.constantFrom(...'0123456789-:TZ.+'), minLength: 18, maxLength: 70 }),
  leaves,
);
const plainPayloads = fc.dictionary(fc.string({ minLength: 1 }), fc.oneof(fc.double(), fc.string(), fc.constant(-0)));
const payloads = fc.oneof({ weight: 6, arbitrary: plainPayloads }, objectOf(tree), nested, tree);
const unknownFields = fc.oneof({ weight: 5, arbitrary: fc.constant({}) }, objectOf(leaves));

const fields = fc.record(
  { device_id: ids, timestamp: timestamps, data_payload: payloads, record_id: ids },
  { requiredKeys: ['device_id', 'timestamp', 'data_payload'] },
);

/** Anything that may arrive where a report is expected: about half of it close to being one. */
export const arbitraryReport: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(unknownFields, fields).map(([unknown, known]) => withMembers(unknown, known)) },
  tree,
);

/** Defined, not assigned: assigning `__proto__` would set the prototype. */
function withMembers(...parts: object[]): object {
  return Object.fromEntries(parts.flatMap((part) => Object.entries(part))) as object;
}

const largeIntegers = fc
  .bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n })
  .filter((value) => !Number.isSafeInteger(Number(value)));
const goodNumbers = fc.oneof(
  { weight: 4, arbitrary: numbers.filter((value) => isFinite(value)) },
  { weight: 1, arbitrary: largeIntegers },
);
const goodTexts = fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed());
const goodNames = fc.string({ minLength: 1, maxLength: 20 }).filter((name) => name !== '__proto__');
const { goodTree } = fc.letrec<{ goodTree: JsonValue }>((tie) => ({
  goodTree: fc.oneof(
    { maxDepth: 8 },
    fc.oneof(goodNumbers, goodTexts, fc.boolean(), fc.constant(null)),
    fc.array(tie('goodTree')),
    fc.dictionary(goodNames, tie('goodTree'), { noNullPrototype: true }),
  ),
}));

/** Events that keep every rule. */
export const arbitraryEvent: fc.Arbitrary<IngestEvent> = fc.record(
  {
    record_id: fc.string({ minLength: 1, maxLength: 128 }),
    device_id: fc.stringMatching(/^[A-Za-z0-9._:/%@+-]{3,128}$/),
    timestamp: fc.constantFrom('2025-09-09T17:00:00Z', '2025-09-09t19:00:00.25+02:00', '2016-12-31T23:59:60Z'),
    received_at: fc.constantFrom('2025-09-09T17:00:01.250Z', '2026-01-01T00:00:00.000Z'),
    data_payload: fc.dictionary(goodNames, goodTree, { noNullPrototype: true }),
  },
  { noNullPrototype: true },
);
