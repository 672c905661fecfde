import { nameOf, parentOf, type RelPath } from '../../../../model/path.ts';

/** Finds the pattern of the files that a pipeline is to read, from the paths of those that were seen. Keeps no path. */
export class FilePattern {
  #count = 0;
  #isNamed = false;
  #first: RelPath = '';
  #folder: RelPath | undefined;
  #isDeep = false;
  #ending: string | undefined;

  /** `isNamed`: the file was named by itself, not found in a folder. */
  add(path: RelPath, { isNamed }: { readonly isNamed: boolean }): void {
    const folder = parentOf(path);
    const ending = endingOf(path);
    if (this.#count++ === 0) {
      this.#first = path;
      this.#isNamed = isNamed;
      this.#folder = folder;
      this.#ending = ending;
      return;
    }
    this.#isNamed &&= isNamed;
    if (folder !== this.#folder) {
      this.#isDeep = true;
      this.#folder = commonFolder(this.#folder ?? '', folder);
    }
    if (ending !== this.#ending) this.#ending = '';
  }

  /** From the top of the Stage: 'orders/*.csv'. `below`: the folder on the Stage that the paths are in: '' or ending in '/'. */
  pattern(below: RelPath): string {
    if (this.#count === 1 && this.#isNamed) return below + this.#first;
    return `${below}${this.#folder ?? ''}${this.#isDeep ? '**/' : ''}*${this.#ending ?? ''}`;
  }
}

/** '.csv', '.csv.gz'. */
const endingOf = (path: RelPath): string => /\.[A-Za-z]\w*(?:\.gz)?$/.exec(nameOf(path))?.[0] ?? '';

function commonFolder(a: RelPath, b: RelPath): RelPath {
  let common = '';
  for (const name of a.split('/').slice(0, -1)) {
    const longer = `${common}${name}/`;
    if (!b.startsWith(longer)) break;
    common = longer;
  }
  return common;
}
