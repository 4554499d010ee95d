/** In the environment of a process that a primary has started: its number, from 1. */
export const PROCESS_NUMBER = 'SLUICE_PROCESS_NUMBER';
