import type { ReportCase } from './case.js';
import { identityCases } from './identity-cases.js';
import { payloadCases } from './payload-cases.js';
import { timestampCases } from './timestamp-cases.js';

/** What is accepted and what is refused, and why. Every way of checking a record, the gateway included, passes this table. */
export const reportCases: readonly ReportCase[] = [...identityCases, ...timestampCases, ...payloadCases];
