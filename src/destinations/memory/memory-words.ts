import type { DestinationWords } from '../../model/destination-words.ts';

export const MEMORY_WORDS: DestinationWords = {
  name: 'the memory',
  at: 'in memory',
  this: 'this memory',
  folder: 'the folder in memory',
};
