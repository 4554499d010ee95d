import { describe, expect, it } from '@jest/globals';
import Ajv2020 from 'ajv/dist/2020.js';
import { checkReport, flawProblems } from './check-report.js';
import { checkReportByDto } from './dto/device-report.dto.js';
import type { DeviceReport } from './event.js';
import type { FieldProblem } from './field-problem.js';
import { decodeUtf8, parseJson, readJson } from './json.js';
import { hugeNumberProblem, payloadSizeProblem, RECORD_LIMITS } from './payload-check.js';
import { ValueScanner } from './json-scan.js';
import { whereBrokenOff } from './json-reader.js';
import { readSchema } from './testing/read-schema.js';
import { bodyCases } from './testing/body-cases.js';
import type { ReportCase } from './testing/case.js';
import { reportCases } from './testing/report-cases.js';

type Check = (value: unknown) => readonly FieldProblem[];

/** Everything that is wrong with a text of a record, when its fields are checked by `check`. */
function problemsOf(body: string, check: Check): Pick<FieldProblem, 'pointer' | 'code'>[] {
  const flaws = problemsBeforeParsing(body);
  if (flaws.length > 0) return flaws.map(({ pointer, code }) => ({ pointer, code }));
  const parsed = parseJson(body);
  if (!parsed.ok) throw new Error(`a row of the table is not JSON: ${parsed.detail}`);
  const problems = check(parsed.value);
  const size = problems.length === 0 ? payloadSizeProblem((parsed.value as DeviceReport).data_payload) : undefined;
  return [
    ...[...problems, ...(size === undefined ? [] : [size])].map(({ pointer, code }) => ({ pointer, code })),
    ...parsed.duplicateKeys.map((pointer) => ({ pointer, code: 'duplicate-key' as const })),
    ...parsed.hugeNumbers.map((pointer) => ({ pointer, code: hugeNumberProblem(pointer).code })),
    ...parsed.vanishedNumbers.map((pointer) => ({ pointer, code: 'payload-number' as const })),
  ];
}

function problemsBeforeParsing(body: string): readonly FieldProblem[] {
  const bytes = Buffer.from(body);
  const scanner = new ValueScanner(bytes, RECORD_LIMITS);
  scanner.scan(0, bytes.length, true);
  if (scanner.flaw === undefined) return [];
  return flawProblems(scanner.flaw, whereBrokenOff(bytes.toString('utf8', 0, scanner.flawEnd)));
}

function expectVerdict({ body, verdict }: ReportCase, check: Check): void {
  expect(problemsOf(body, check)).toEqual(verdict === 'accepted' ? [] : [verdict]);
}

describe('The table of accepted and refused records', () => {
  it('The table of accepted and refused records names each row once', () => {
    expect(new Set(reportCases.map(({ name }) => name)).size).toBe(reportCases.length);
  });

  it.each(reportCases)('The table of accepted and refused records holds for the hot path: $name', (row) =>
    expectVerdict(row, checkReport),
  );

  it.each(reportCases)('The table of accepted and refused records holds for class-validator: $name', (row) =>
    expectVerdict(row, checkReportByDto),
  );

  const matchesSchema = new Ajv2020.default({ allowUnionTypes: true }).compile(readSchema('device-report'));

  it.each(reportCases)(
    'The table of accepted and refused records holds for the JSON Schema: $name',
    ({ body, verdict, beyondSchema }) => {
      expect(matchesSchema(readJson(body))).toBe(verdict === 'accepted' || beyondSchema === true);
    },
  );
});

describe('The table of readable and unreadable bodies', () => {
  it.each(bodyCases)('The table of readable and unreadable bodies holds: $name', ({ bytes, verdict }) => {
    const text = decodeUtf8(bytes);
    if (text === undefined) expect(verdict).toBe('invalid-utf8');
    else expect(verdict).toBe(parseJson(text).ok ? 'readable' : 'invalid-json');
  });
});
