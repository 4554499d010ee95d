import type { Worker } from 'node:cluster';

/** A message of node:cluster: the primary hands a connection out, or the process has it. */
interface ClusterMessage {
  cmd?: string;
  act?: string;
  seq?: number;
  ack?: number;
}

interface Closable {
  close?(): void;
}

/**
 * Closes the connections that a process was handed and had not confirmed when it ended. node:cluster forgets them: their clients
 * would wait until their own patience ends, while now they see the end and send again.
 */
export function closeConnectionsInHand({ process: child }: Worker): void {
  const inHand = new Map<number, Closable>();
  const send = child.send.bind(child) as (...parts: unknown[]) => boolean;
  child.send = ((message: ClusterMessage, handle?: Closable, ...rest: unknown[]) => {
    if (message.act === 'newconn' && message.seq !== undefined && handle) inHand.set(message.seq, handle);
    return send(message, handle, ...rest);
  }) as typeof child.send;
  child.on('internalMessage', ({ ack }: ClusterMessage) => {
    if (ack !== undefined) inHand.delete(ack);
  });
  child.once('exit', () => {
    for (const handle of inHand.values()) handle.close?.();
    inHand.clear();
  });
}
