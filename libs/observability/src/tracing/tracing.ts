import { randomBytes } from 'node:crypto';
import { writeTraceParent, type TracePlace } from './trace-parent.js';
import type { Tracer } from './tracer.js';

export type TraceSampler = 'traceidratio' | 'parentbased_traceidratio';

export interface Sampling {
  /** `parentbased_traceidratio`: a request that names a trace is traced if that is; the others by the ratio. */
  sampler: TraceSampler;
  /** Share of the requests that are traced, from 0 to 1. */
  ratio: number;
}

const SPAN_ID_BYTES = 8;

/** The traces of this process. Without a tracer, nothing is sampled and no header has to be read. */
export class Tracing {
  constructor(
    readonly tracer?: Tracer,
    private readonly sampling: Sampling = { sampler: 'traceidratio', ratio: 0 },
    private readonly flush: () => Promise<void> = () => Promise.resolve(),
  ) {}

  /**
   * Whether a request is to be traced. The ratio is a matter of chance and not of the trace id, which the sender chooses.
   *
   * @param parent what the request says of its own trace
   */
  samples(parent: TracePlace | undefined): boolean {
    if (this.tracer === undefined) return false;
    if (parent !== undefined && this.sampling.sampler === 'parentbased_traceidratio') return parent.isSampled;
    return Math.random() < this.sampling.ratio;
  }

  /**
   * The header to forward for a request that is not traced here. Where tracing is off, we are not part of its trace: the header stays
   * unchanged. Otherwise no consumer may take it for a sampled trace; with another flag it needs another id, by the W3C rules.
   */
  handOn(parent: TracePlace): string {
    if (this.tracer === undefined || !parent.isSampled) return writeTraceParent(parent);
    const spanId = randomBytes(SPAN_ID_BYTES).toString('hex');
    return writeTraceParent({ traceId: parent.traceId, spanId, isSampled: false });
  }

  /** Sends the ended spans, as far as that succeeds within the time limit. */
  close(): Promise<void> {
    return this.flush();
  }
}
