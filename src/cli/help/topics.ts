/** A page of the docs, or a part of one, that "stagesync help TOPIC" shows. */
export interface Topic {
  readonly name: string;
  readonly summary: string;
  /** Below the folder of the package, and shipped with it. */
  readonly page: string;
  /** The heading of the part; undefined: the whole page. */
  readonly section?: string;
}

export const TOPICS: readonly Topic[] = [
  { name: 'addresses', summary: 'how places are named', page: 'docs/start/addresses.md' },
  {
    name: 'filters',
    summary: 'which files take part',
    page: 'docs/commands.md',
    section: 'Which files',
  },
  { name: 'exit-status', summary: 'what the exit statuses mean', page: 'docs/exit-status.md' },
  {
    name: 'environment',
    summary: 'the variables that are read',
    page: 'docs/start/environment.md',
  },
  {
    name: 'removals',
    summary: 'what is removed, and when',
    page: 'README.md',
    section: 'What is removed, and when',
  },
];
