import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Link } from './link.js';

const TIMEOUT_MS = 10_000;

/** One end of a channel in this process. What is sent reaches the other end in a later turn, as text does. */
class ChannelEnd extends EventEmitter {
  other: ChannelEnd | undefined;
  isCut = false;

  send(message: object, _handle?: undefined, _options?: undefined, onSent?: (error: Error | null) => void): boolean {
    const text = JSON.stringify(message);
    setImmediate(() => {
      onSent?.(this.isCut ? new Error('channel closed') : null);
      if (!this.isCut) this.other?.emit('message', JSON.parse(text));
    });
    return true;
  }
}

let here: ChannelEnd;
let [asking, answering]: Link[] = [];
beforeEach(() => {
  here = new ChannelEnd();
  const there = new ChannelEnd();
  [here.other, there.other] = [there, here];
  [asking, answering] = [new Link(here), new Link(there)];
});

describe('A link between two processes', () => {
  it('A link between two processes carries questions and their answers, whichever comes first', async () => {
    const first = Promise.withResolvers<string>();
    answering!.answer<number>('double', (value) => (value === 1 ? first.promise : String(2 * value)));
    const answers = [1, 2].map((value) => asking!.ask<string>('double', TIMEOUT_MS, value));
    expect(await answers[1]).toBe('4');
    first.resolve('2');
    expect(await answers[0]).toBe('2');
  });

  it('A link between two processes gives the reason when the other side cannot answer', async () => {
    answering!.answer('fail', () => Promise.reject(new Error('no room')));
    await expect(asking!.ask('fail', TIMEOUT_MS)).rejects.toThrow('no room');
    await expect(asking!.ask('unknown', TIMEOUT_MS)).rejects.toThrow('it does not know unknown');
  });

  it('A link between two processes does not wait forever, nor for a side that has ended', async () => {
    answering!.answer('hang', () => new Promise(() => undefined));
    await expect(asking!.ask('hang', 1)).rejects.toThrow('no answer in time');
    const open = asking!.ask('hang', TIMEOUT_MS);
    asking!.close();
    await expect(open).rejects.toThrow('the process has ended');
    here.isCut = true;
    await expect(asking!.ask('hang', TIMEOUT_MS)).rejects.toThrow('channel closed');
  });

  it('A link between two processes ignores messages that are not its own', async () => {
    answering!.answer('echo', (body) => body);
    for (const message of [null, 'text', { cmd: 'NODE_CLUSTER' }]) here.emit('message', message);
    expect(await asking!.ask('echo', TIMEOUT_MS, { a: 1 })).toEqual({ a: 1 });
  });
});
