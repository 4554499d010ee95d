import { describe, expect, it } from '@jest/globals';
import { type Schema, schemaChanges } from './schema-changes.js';

const ID = 'urn:test:reading';

const released = {
  $id: ID,
  type: 'object',
  required: ['id', 'value'],
  properties: {
    id: { $ref: '#/$defs/id' },
    value: { type: 'number', minimum: 0, maximum: 100 },
    unit: { enum: ['C', 'F'] },
    note: { type: ['string', 'null'], maxLength: 10 },
    parts: { type: 'array', items: { $ref: '#' }, minItems: 1 },
    place: { type: 'object', additionalProperties: false, properties: { room: { type: 'string' } } },
  },
  $defs: { id: { type: 'string', pattern: '^[a-z]+$' } },
};
type Reading = typeof released;

/** What a change of the schema is taken for, as `effect place: what`. */
function changesOf(change: (schema: Reading) => void): string[] {
  const changed = structuredClone(released);
  change(changed);
  const changes = schemaChanges(`${ID}#`, [released as Schema], [changed as Schema]);
  return changes.map(({ effect, place, what }) => `${effect} ${place}: ${what}`);
}

const patch = (object: object, more: object): void => void Object.assign(object, more);

describe('schemaChanges', () => {
  it('schemaChanges finds no change between a recursive schema and itself', () => {
    expect(changesOf(() => undefined)).toEqual([]);
  });

  it.each<[string, (schema: Reading) => void]>([
    ['a new optional property', ({ properties }) => patch(properties, { site: { type: 'string' } })],
    ['another description', ({ properties }) => patch(properties.value, { description: 'degrees' })],
    ['another example', (schema) => patch(schema, { examples: [{ id: 'a', value: 1 }] })],
    [
      'a definition in the place of a reference to it',
      ({ properties, $defs }) => patch(properties, { id: { ...$defs.id } }),
    ],
    [
      'the integer, which every number schema takes',
      ({ properties }) => patch(properties.value, { type: ['number', 'integer'] }),
    ],
  ])('schemaChanges finds no change: %s', (_, change) => {
    expect(changesOf(change)).toEqual([]);
  });

  it.each<[string, (schema: Reading) => void, string]>([
    [
      'an optional property that is gone',
      ({ properties }) => patch(properties, { unit: undefined }),
      '/properties/unit: is gone',
    ],
    ['a property that becomes required', (schema) => schema.required.push('unit'), ': unit is required now'],
    [
      'a new property that is required',
      (schema) => {
        patch(schema.properties, { site: {} });
        schema.required.push('site');
      },
      ': site is required now',
    ],
    [
      'a type that is gone',
      ({ properties }) => patch(properties.note, { type: 'string' }),
      '/properties/note: type loses null',
    ],
    [
      'a number that becomes an integer',
      ({ properties }) => patch(properties.value, { type: 'integer' }),
      '/properties/value: type loses number',
    ],
    [
      'a type where there was none',
      ({ properties }) => patch(properties.unit, { type: ['string', 'null', 'array', 'boolean', 'object'] }),
      '/properties/unit: type loses integer, number',
    ],
    [
      'a value that is gone',
      ({ properties }) => patch(properties.unit, { enum: ['C'] }),
      '/properties/unit: enum loses F',
    ],
    [
      'a list of values where there was none',
      ({ properties }) => patch(properties.value, { const: 1 }),
      '/properties/value: enum loses any',
    ],
    [
      'a higher minimum',
      ({ properties }) => patch(properties.value, { minimum: 1 }),
      '/properties/value: minimum was 0 and is 1',
    ],
    [
      'a minimum where there was none',
      ({ properties }) => patch(properties.note, { minLength: 1 }),
      '/properties/note: minLength was -Infinity and is 1',
    ],
    [
      'a lower maximum',
      ({ properties }) => patch(properties.note, { maxLength: 9 }),
      '/properties/note: maxLength was 10 and is 9',
    ],
    [
      'unknown properties that are refused',
      (schema) => patch(schema, { additionalProperties: false }),
      '/additionalProperties: is closed now',
    ],
    [
      'unknown properties that must be texts',
      (schema) => patch(schema, { additionalProperties: { type: 'string' } }),
      '/additionalProperties: type loses array, boolean, integer, null, number, object',
    ],
    [
      'a change in what a reference points to',
      ({ $defs }) => patch($defs.id, { maxLength: 5 }),
      '/properties/id: maxLength was Infinity and is 5',
    ],
    [
      'a change inside of a list',
      ({ properties }) => patch(properties.parts, { items: false }),
      '/properties/parts/items: is closed now',
    ],
  ])('schemaChanges finds a narrowing change: %s', (_, change, what) => {
    expect(changesOf(change).filter((line) => line.startsWith('narrows'))).toEqual([`narrows ${what}`]);
  });

  it.each<[string, (schema: Reading) => void, string]>([
    ['a property that is no longer required', (schema) => schema.required.pop(), ': value is no longer required'],
    [
      'a new type',
      ({ properties }) => patch(properties.value, { type: ['number', 'string'] }),
      '/properties/value: type gains string',
    ],
    ['a new value', ({ properties }) => properties.unit.enum.push('K'), '/properties/unit: enum gains K'],
    [
      'a lower minimum',
      ({ properties }) => patch(properties.parts, { minItems: 0 }),
      '/properties/parts: minItems was 1 and is 0',
    ],
    [
      'no maximum',
      ({ properties }) => patch(properties.value, { maximum: undefined }),
      '/properties/value: maximum was 100 and is Infinity',
    ],
    [
      'a new property where unknown ones were refused',
      ({ properties }) => patch(properties.place.properties, { floor: {} }),
      '/properties/place/properties/floor: was refused',
    ],
    [
      'unknown properties that were refused',
      ({ properties }) => patch(properties.place, { additionalProperties: true }),
      '/properties/place/additionalProperties: is open now',
    ],
  ])('schemaChanges finds a widening change: %s', (_, change, what) => {
    expect(changesOf(change)).toEqual([`widens ${what}`]);
  });

  it('schemaChanges calls another pattern, and an unknown keyword, a change with unknown effect', () => {
    expect(changesOf(({ $defs }) => patch($defs.id, { pattern: '^[a-z]*$' }))).toEqual([
      'differs /properties/id: pattern has changed',
    ]);
    expect(changesOf((schema) => patch(schema, { dependentRequired: { unit: ['note'] } }))).toEqual([
      'differs : dependentRequired has changed',
    ]);
  });

  it('schemaChanges fails on a reference to nothing', () => {
    expect(() => changesOf(({ properties }) => patch(properties.id, { $ref: '#/$defs/gone' }))).toThrow(
      'Nothing is at',
    );
  });
});
