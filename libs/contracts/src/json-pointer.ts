/** One step of a JSON Pointer (RFC 6901), escaped. */
export function pointerStep(step: string | number): string {
  return typeof step === 'number' ? `/${step}` : `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
