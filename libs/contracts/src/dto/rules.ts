import { ValidateBy, type ValidationError, validateSync } from 'class-validator';
import type { ProblemEntry } from '../problem.js';

/** What is wrong with a value, or `undefined`. The one statement of a rule: every way of checking calls it. */
export type Rule = (value: unknown) => ProblemEntry | undefined;

/** Declares for class-validator that a property follows a rule. */
export function FollowsRule(rule: Rule): PropertyDecorator {
  const validator = {
    validate: (value: unknown) => rule(value) === undefined,
    defaultMessage: (failed?: { value: unknown }) => rule(failed?.value)?.detail ?? '',
  };
  return ValidateBy({ name: 'followsRule', validator }, { context: { rule } });
}

/**
 * Puts the members of `input` on a new DTO and lets class-validator check it; what it does not know is a problem, too.
 *
 * @param unknown names the problem of a member that the DTO does not have
 */
export function checkAsDto<T extends object>(
  Dto: new () => T,
  input: object,
  unknown: (name: string) => ProblemEntry,
): { dto: T; problems: ProblemEntry[] } {
  const dto = new Dto();
  const isInherited = (name: string) => name in Object.prototype;
  for (const [name, value] of Object.entries(input)) {
    if (!isInherited(name)) (dto as Record<string, unknown>)[name] = value;
  }
  const errors = validateSync(dto, { whitelist: true, forbidNonWhitelisted: true });
  // `constructor`, `__proto__` and their kin pass class-validator's whitelist and disturb it: they never reach it.
  const inherited = Object.keys(input).filter(isInherited);
  return { dto, problems: [...errors.map((error) => problemOfError(error, unknown)), ...inherited.map(unknown)] };
}

function problemOfError(error: ValidationError, unknown: (name: string) => ProblemEntry): ProblemEntry {
  const { rule } = (error.contexts?.['followsRule'] ?? {}) as { rule?: Rule };
  return rule?.(error.value) ?? unknown(error.property);
}
