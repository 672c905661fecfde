import { equal, notEqual } from 'node:assert/strict';
import { hasFact, type Fact } from '../../model/errors.ts';
import type { CallOptions, Content, Destination, StoredFile } from '../../model/ports.ts';
import { failed, rejectionOf } from '../assertions.ts';
import { gather, textContent } from '../contents.ts';
import type { DestinationCodes } from './destination-fixture.ts';

/** A signal that is never aborted. */
export const call: CallOptions = { signal: new AbortController().signal };

type Refusals = readonly (keyof DestinationCodes & Fact)[];

// 'refused' may stand for the other two where the other side does not tell
export const MISSING: Refusals = ['missing'];
export const NOT_THERE: Refusals = ['missing', 'refused'];
export const NO_PARENT: Refusals = ['refused', 'missing'];
export const NAME_TAKEN: Refusals = ['taken', 'refused'];

/** The destination of one case, and looks at it. */
export class Tried {
  readonly destination: Destination;
  readonly #codes: DestinationCodes;

  constructor(destination: Destination, codes: DestinationCodes) {
    this.destination = destination;
    this.#codes = codes;
  }

  put(path: string, content: Content | string): Promise<StoredFile | undefined> {
    return this.destination.put(path, typeof content === 'string' ? textContent(content) : content, call);
  }

  async makeFolders(...folders: readonly string[]): Promise<void> {
    for (const folder of folders) await this.destination.makeFolder(folder, call);
  }

  move(from: string, to: string): Promise<void> {
    return this.destination.move(from, to, call);
  }

  remove(path: string): Promise<void> {
    return this.destination.remove(path, call);
  }

  stat(path: string): ReturnType<Destination['stat']> {
    return this.destination.stat(path, call);
  }

  async bytesOf(path: string): Promise<Buffer> {
    return gather(await this.destination.read(path, call));
  }

  async textOf(path: string): Promise<string> {
    return (await this.bytesOf(path)).toString();
  }

  /** 'file a.csv', 'folder b', sorted; undefined where there is no such folder. */
  async shownIn(folder: string): Promise<readonly string[] | undefined> {
    const children = await this.destination.listFolder(folder, call);
    return children && [...children].map(({ kind, name }) => `${kind} ${name}`).toSorted();
  }

  /** It rejects with an error that says one of these of the world, with the code that goes with it. */
  async refuses(attempt: () => Promise<unknown>, what: string, facts: Refusals): Promise<void> {
    const error = await rejectionOf(attempt(), what);
    if (!hasFact(error, ...facts))
      throw failed(
        `${what} should be refused as '${facts.join("' or '")}', not with: ${String(error)}`,
        error,
      );
    equal(error.code, this.#codes[error.fact as keyof DestinationCodes], `the code of refusing ${what}`);
    equal(error.verdict, 'skip_entry', `the verdict of refusing ${what}`);
    notEqual(error.path, undefined, `the refusal of ${what} names no path`);
  }
}
