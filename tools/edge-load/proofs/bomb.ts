import { constants, deflateRawSync } from 'node:zlib';
import { median } from '../../load/figures.js';
import { startGateway } from '../gateway.js';
import { honestLoad } from '../honest-load.js';
import { MemoryPeak } from '../memory-peak.js';
import type { Proof } from '../proof.js';

const MIB = 1024 * 1024;
const BOMB_BYTES = 10 * MIB;
const MAX_GROWTH_MIB = 50;
/** Without this, the bomb would be refused for its own size. */
const SETTINGS = { MAX_BODY_BYTES: String(12 * MIB) };

/** A body of 10 MB that would inflate to 10 GB: refused, at little memory. */
export const bomb: Proof = {
  name: 'bomb',
  async run({ rounds }) {
    const body = bombOf(BOMB_BYTES);
    const growths: number[] = [];
    const statuses = new Set<number>();
    for (let round = 0; round < rounds; round++) {
      const { status, growthMiB } = await measure(body);
      statuses.add(status);
      growths.push(growthMiB);
    }
    const growth = median(growths);
    return [
      {
        name: 'bomb',
        what: `a gzip body of ${BOMB_BYTES / MIB} MiB that would inflate to 10 GiB`,
        figure: `answered ${[...statuses].join(', ')}; memory grew by ${growth.toFixed(0)} MiB`,
        bound: `413, under ${MAX_GROWTH_MIB} MiB`,
        holds: [...statuses].join() === '413' && growth < MAX_GROWTH_MIB,
      },
    ];
  },
};

/** To a new gateway that has worked a little: one that has met a bomb has its memory already. */
async function measure(body: Buffer): Promise<{ status: number; growthMiB: number }> {
  const gateway = await startGateway(SETTINGS);
  try {
    await honestLoad(gateway.url);
    const memory = new MemoryPeak(gateway.program);
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    const { status } = await fetch(`${gateway.url}/ingest`, { method: 'POST', headers, body: new Uint8Array(body) });
    return { status, growthMiB: memory.stop() - memory.startMiB };
  } finally {
    await gateway.stop();
  }
}

/** Inflates to a thousand times as many bytes; its end is never reached, so it has none. */
function bombOf(bytes: number): Buffer {
  const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
  // A full flush ends at a whole byte and refers to nothing before it: the block may be repeated.
  const block = deflateRawSync(Buffer.alloc(MIB), { level: 9, finishFlush: constants.Z_FULL_FLUSH });
  return Buffer.concat([header, ...new Array<Buffer>(Math.floor(bytes / block.length)).fill(block)]);
}
