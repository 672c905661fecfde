import type { DestinationWords } from '../../model/destination-words.ts';

export const STAGE_WORDS: DestinationWords = {
  name: 'Stage',
  at: 'on Stage',
  this: 'this Stage',
  folder: 'the Stage folder',
};
