import { describe } from '@jest/globals';
import { describeClosing } from './closing-contract.js';
import { describeDocuments } from './documents-contract.js';
import { describeExactness } from './exactness-contract.js';
import { describeFinding } from './finding-contract.js';
import { describePaging } from './paging-contract.js';
import { describeReading } from './reading-contract.js';
import type { OpenStore } from './store-under-test.js';
import { describeWriting } from './writing-contract.js';

/** The contract of every adapter of the record store: the sentences of `record-store.ts` and `record-reader.ts`, as tests. */
export function describeRecordStoreContract(name: string, openStore: OpenStore): void {
  describe(`${name}, as a record store`, () => {
    describeWriting(openStore);
    describeExactness(openStore);
    describeFinding(openStore);
    describePaging(openStore);
    describeReading(openStore);
    describeDocuments(openStore);
    describeClosing(openStore);
  });
}
