import type { ProblemEntry } from '@sluice/contracts';
import { repeatedParameter, unknownParameter } from '@sluice/contracts/dto';

/** @returns what is wrong with the text of a parameter */
export type TextCheck = (value: string) => string | undefined;

/** What is wrong with the parameters of a query: each is a text, given once, and passes its check. One without a check is unknown. */
export function queryFaults(
  query: Readonly<Record<string, unknown>>,
  checks: Readonly<Record<string, TextCheck>>,
): ProblemEntry[] {
  return Object.entries(query).flatMap(([name, value]) => faultOf(name, value, checks));
}

function faultOf(name: string, value: unknown, checks: Readonly<Record<string, TextCheck>>): ProblemEntry[] {
  if (typeof value !== 'string') return [repeatedParameter(name)];
  const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
  if (check === undefined) return [unknownParameter(name)];
  const detail = check(value);
  return detail === undefined ? [] : [queryFault(name, detail)];
}

export function queryFault(name: string, detail: string): ProblemEntry {
  return { pointer: `?${name}`, code: 'value', detail };
}

/** For a parameter `limit`. @param most at most 999 */
export function limitCheck(most: number): TextCheck {
  return (value) =>
    /^\d{1,3}$/.test(value) && Number(value) >= 1 && Number(value) <= most
      ? undefined
      : `limit is a whole number from 1 to ${most}.`;
}

/** For a parameter that is checked where it is read. */
export const anyText: TextCheck = () => undefined;
