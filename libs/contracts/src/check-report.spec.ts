import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkReport } from './check-report.js';
import { checkReportByDto } from './dto/device-report.dto.js';
import { FIELD_PROBLEM_CODES, type FieldProblem } from './field-problem.js';
import { arbitraryReport } from './testing/arbitrary-report.js';
import { reportCases } from './testing/report-cases.js';

function sorted(problems: readonly FieldProblem[]): string[] {
  return problems.map(({ pointer, code, detail }) => JSON.stringify([pointer, code, detail])).sort();
}

describe('checkReport', () => {
  it('checkReport gives the same result as class-validator for values near the limits', () => {
    let refusals = 0;
    fc.assert(
      fc.property(arbitraryReport, (value) => {
        const problems = checkReport(value);
        refusals += problems.length > 0 ? 1 : 0;
        expect(sorted(checkReportByDto(value))).toEqual(sorted(problems));
      }),
      { numRuns: 2000 },
    );
    expect(refusals).toBeGreaterThan(200);
    expect(refusals).toBeLessThan(1800);
  });

  it('checkReport names every problem of a record, not only the first', () => {
    const pointers = checkReport({ device_id: '', data_payload: [], extra: 1 }).map(({ pointer }) => pointer);
    expect(pointers).toEqual(['/device_id', '/timestamp', '/data_payload', '/extra']);
  });

  it('checkReport does not change what it checks', () => {
    const report = Object.freeze({ device_id: 'dev-2', timestamp: 'x', data_payload: Object.freeze({ a: 1e400 }) });
    expect(checkReport(report)).toHaveLength(2);
    expect(checkReportByDto(report)).toHaveLength(2);
  });

  it('checkReport never repeats a value in its problems', () => {
    const secret = '<hunter2!';
    const problems = checkReport({
      device_id: secret,
      timestamp: secret,
      record_id: `${secret}\n`,
      data_payload: secret,
    });
    expect(problems).toHaveLength(4);
    expect(JSON.stringify(problems)).not.toContain(secret);
  });

  it('checkReport survives a payload far deeper than the stack', () => {
    let deep: unknown = {};
    for (let level = 0; level < 200_000; level++) deep = [deep];
    const report = { device_id: 'dev-2', timestamp: '2025-09-09T17:00:00Z', data_payload: { deep } };
    expect(checkReport(report)).toMatchObject([{ code: 'payload-depth' }]);
    expect(checkReportByDto(report)).toMatchObject([{ code: 'payload-depth' }]);
  });

  it('checkReport has a row in the table for each code', () => {
    const codes = reportCases.map(({ verdict }) => (verdict === 'accepted' ? undefined : verdict.code));
    expect(codes).toEqual(expect.arrayContaining([...FIELD_PROBLEM_CODES]));
  });
});
