/** One measured line of docs/internals/overload.md. */
export interface Finding {
  /** Key of the row. */
  name: string;
  what: string;
  figure: string;
  bound: string;
  holds: boolean;
}

export interface ProofOptions {
  /** Times that quiet and load are measured in turn; what is reported is the median. */
  rounds: number;
  recordsPerRequest: number;
}

export interface Proof {
  name: string;
  /** The block of the page that its findings are written into; left out: that of the engine. */
  block?: string;
  run(options: ProofOptions): Promise<Finding[]>;
}
