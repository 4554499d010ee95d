/** RFC 9218: urgency 0 is the most urgent, 7 is background; without one it is 3. */
const DEFAULT_URGENCY = 3;
const URGENCY = /(?:^|,)[ \t]*u=([0-7])[ \t]*(?=$|[,;])/g;

/**
 * Whether a request may wait when not all can be taken: urgency 4 to 7 of the header `Priority`. What cannot be read counts as
 * not said, and of several the last holds, as the RFC has it.
 */
export function isBackground(priority: string | undefined): boolean {
  if (priority === undefined) return false;
  const urgency = [...priority.matchAll(URGENCY)].at(-1)?.[1];
  return Number(urgency ?? DEFAULT_URGENCY) > DEFAULT_URGENCY;
}
