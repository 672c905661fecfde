import type { DestinationWords } from '../../model/destination-words.ts';

export const DIRECTORY_WORDS: DestinationWords = {
  name: 'the directory',
  at: 'in the directory',
  this: 'this directory',
  folder: 'the directory',
};
