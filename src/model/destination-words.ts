/** What sentences for people call a destination: the engine makes the sentences and knows no kind of destination. */
export interface DestinationWords {
  /** As a subject or after a preposition: 'Stage', 'the directory'. */
  readonly name: string;
  /** Where a file lies: 'on Stage', 'in the directory'. */
  readonly at: string;
  /** The one at hand: 'this Stage', 'this directory'. */
  readonly this: string;
  /** The folder that files are synced into: 'the Stage folder', 'the directory'. */
  readonly folder: string;
}

/** The words at the beginning of a sentence. */
export const capitalised = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);
