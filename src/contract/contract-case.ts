/** One promise, tried once: give `name` and `run` to any runner of tests. */
export interface ContractCase {
  /** What is promised, as a sentence without its subject: 'lists nothing when it is empty'. Each case of a contract has its own. */
  readonly name: string;
  /**
   * Opens what is tried, tries it and closes it again. Rejects with an AssertionError that tells what was promised and what came
   * instead, or with what the tried code itself rejected with.
   */
  readonly run: () => Promise<void>;
}

/** What is tried for each promise, by the names of the promises. */
export type CaseBodies<Fixture> = Readonly<Record<string, (fixture: Fixture) => Promise<void>>>;

/**
 * A case for each body, with a fixture of its own, so that cases can run in any order and at the same time.
 *
 * @param open gives a new fixture for each case
 */
export function casesOf<Fixture extends AsyncDisposable>(
  open: () => Promise<Fixture>,
  bodies: CaseBodies<Fixture>,
): readonly ContractCase[] {
  return Object.entries(bodies).map(([name, body]) => ({
    name,
    run: async () => {
      await using fixture = await open();
      await body(fixture);
    },
  }));
}
