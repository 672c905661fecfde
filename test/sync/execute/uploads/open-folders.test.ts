import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { comparePaths, parentOf } from '../../../../src/model/path.ts';
import { OpenFolders } from '../../../../src/sync/execute/uploads/open-folders.ts';

function openFolders() {
  const done: string[] = [];
  const it = new OpenFolders((folder) => done.push(folder));
  /** The upload of a path is handed out, in path order. */
  const handOut = (path: string): void => {
    it.reached(path);
    it.begin(parentOf(path));
  };
  return { it, done, handOut };
}

describe('a folder is done', () => {
  test('once it is passed and its last upload has ended', () => {
    const { it, done, handOut } = openFolders();
    handOut('d/1');
    handOut('d/2');
    it.end('d/');
    handOut('e/1');
    expect(done).toEqual([]);
    it.end('d/');
    expect(done).toEqual(['d/']);
  });

  test('at once when all its uploads have ended before it is passed', () => {
    const { it, done, handOut } = openFolders();
    handOut('d/1');
    it.end('d/');
    expect(done).toEqual([]);
    it.passed('e');
    expect(done).toEqual(['d/']);
  });

  test('not while what comes lies below it, for files of its own can follow', () => {
    const { it, done, handOut } = openFolders();
    handOut('d/1');
    it.end('d/');
    handOut('d/e/1');
    it.end('d/e/');
    handOut('d/f');
    expect(done).toEqual(['d/e/']);
    it.passed('d0');
    it.end('d/');
    expect(done).toEqual(['d/e/', 'd/']);
  });

  test('with the others when nothing more comes, the innermost first', () => {
    const { it, done, handOut } = openFolders();
    handOut('a');
    handOut('d/e/1');
    it.end('');
    it.end('d/e/');
    it.passedAll();
    expect(done).toEqual(['d/e/', '']);
  });

  test('not by an upload that was handed out before its turn in the order', () => {
    const { it, done, handOut } = openFolders();
    it.begin('d/');
    it.end('d/');
    handOut('d/1');
    expect(done).toEqual([]);
    it.passedAll();
    it.end('d/');
    expect(done).toEqual(['d/']);
  });
});

test('each folder is done once, after its last upload, in whatever order uploads end', () => {
  const paths = fc.uniqueArray(
    fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 4 }).map((names) => names.join('/')),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(paths, fc.array(fc.nat(100), { maxLength: 60 }), (unordered, turns) => {
      const { it, done, handOut } = openFolders();
      const files = unordered.toSorted(comparePaths);
      const under: string[] = [];
      const waiting = [...files];
      for (const turn of turns) {
        const ended = turn % 2 === 0 ? under.splice(turn % (under.length || 1), 1)[0] : undefined;
        if (ended !== undefined) {
          expect(done).not.toContain(parentOf(ended));
          it.end(parentOf(ended));
          continue;
        }
        const next = waiting.shift();
        if (next === undefined) break;
        handOut(next);
        under.push(next);
      }
      for (const path of waiting) {
        handOut(path);
        under.push(path);
      }
      it.passedAll();
      for (const path of under) it.end(parentOf(path));
      expect(done.toSorted()).toEqual([...new Set(files.map(parentOf))].toSorted());
    }),
  );
});
