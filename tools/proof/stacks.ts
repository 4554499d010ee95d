import { ProofStack, type Layout } from './proof-stack.js';

/** At most one stack at a time: another layout takes the place of the one before it. */
export class Stacks {
  #current: ProofStack | undefined;

  constructor(
    private readonly project: string,
    private readonly image: string,
  ) {}

  /** The stack of this layout, started if it is not the one that runs. */
  async of(layout: Layout): Promise<ProofStack> {
    if (this.#current?.layout === layout) return this.#current;
    await this.dispose();
    this.#current = await ProofStack.start(this.project, this.image, layout);
    return this.#current;
  }

  async dispose(): Promise<void> {
    await this.#current?.dispose();
    this.#current = undefined;
  }
}
