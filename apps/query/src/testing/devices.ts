import { partitionOf } from '@sluice/contracts';
import type { BufferAnswerDto } from '../buffer-answer.dto.js';

export const PARTITIONS = 3;
export const DEVICE = 'dev-2';
export const PARTITION = partitionOf(DEVICE, PARTITIONS);
const OTHER_DEVICES = Array.from({ length: 50 }, (_, n) => `other-${n}`);
const deviceIn = (partition: number) => OTHER_DEVICES.find((id) => partitionOf(id, PARTITIONS) === partition)!;
/** A device of each partition, in the order of the partitions. */
export const DEVICES = Array.from({ length: PARTITIONS }, (_, partition) => deviceIn(partition));
/** In the same partition as {@link DEVICE}. */
export const NEIGHBOUR = deviceIn(PARTITION);

export function idsOf({ records }: BufferAnswerDto): (string | null)[] {
  return records.map(({ record_id }) => record_id);
}
