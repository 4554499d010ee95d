/** The whole of Sluice behind one address, however it runs. */
export interface System {
  readonly baseUrl: string;
  /** Leaves nothing of it behind. */
  dispose(): Promise<void>;
}
