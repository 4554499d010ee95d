import { useCallback, useEffect, useState } from 'preact/hooks';
import { getJson, tokenVersion } from './client.js';
import { useStore } from './store.js';

export interface Resource<T> {
  /** The last answer; stays while a new one is requested. */
  value: T | undefined;
  error: Error | undefined;
  isLoading: boolean;
  reload: () => void;
}

/**
 * The answer for a path, requested again when the path or the token changes.
 *
 * @param path `undefined`: no request
 * @param everyMs repeats the request after this time, while the page is visible
 */
export function useResource<T>(path: string | undefined, everyMs?: number): Resource<T> {
  const version = useStore(tokenVersion);
  const [turn, setTurn] = useState(0);
  const [state, setState] = useState<Omit<Resource<T>, 'reload'>>({
    value: undefined,
    error: undefined,
    isLoading: true,
  });
  useEffect(() => {
    if (path === undefined) return setState({ value: undefined, error: undefined, isLoading: false });
    const left = new AbortController();
    setState((before) => ({ ...before, isLoading: true }));
    getJson<T>(path, left.signal).then(
      (value) => setState({ value, error: undefined, isLoading: false }),
      (error: Error) => left.signal.aborted || setState({ value: undefined, error, isLoading: false }),
    );
    return () => left.abort();
  }, [path, version, turn]);
  const reload = useCallback(() => setTurn((before) => before + 1), []);
  useEffect(() => {
    if (everyMs === undefined) return undefined;
    const timer = setInterval(() => document.hidden || reload(), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return { ...state, reload };
}
