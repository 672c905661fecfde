import { describe, expect, test } from 'vitest';
import { hasFact, isSyncError, type ErrorCode, type Fact, type Operation } from '../../src/model/errors.ts';
import type { Content, Destination } from '../../src/model/ports.ts';

export interface DestinationFixture extends AsyncDisposable {
  /** Empty, and with the Stage's root as its root. */
  readonly destination: Destination;
}

/** The code that goes with each fact a destination tells. */
export type Codes = Readonly<Record<'missing' | 'taken' | 'refused', ErrorCode>>;

export const NEUTRAL_CODES: Codes = {
  missing: 'destination_missing',
  taken: 'destination_taken',
  refused: 'destination_refused',
};

/** What every Destination promises, whatever is behind it. */
export function describeDestination(
  name: string,
  codes: Codes,
  open: () => Promise<DestinationFixture>,
): void {
  const call = { signal: new AbortController().signal };

  /** A test on an empty destination that is closed again. */
  function check(title: string, body: (destination: Destination) => Promise<void>): void {
    test(title, async () => {
      await using fixture = await open();
      await body(fixture.destination);
    });
  }

  describe(`destination contract: ${name}`, () => {
    check('it has words for itself, for the sentences of those who use it', (stage) => {
      const { name, at, this: one, folder } = stage.words;
      for (const words of [name, at, one, folder]) expect(words).toMatch(/^\S+( \S+)*$/);
      return Promise.resolve();
    });

    describe('put and read', () => {
      for (const size of [0, 1, 4096, 300_000]) {
        check(`${size} bytes come back as they were put`, async (stage) => {
          const bytes = pattern(size);
          await stage.put('whole.bin', { size, bytes }, call);
          await stage.put('chunks.bin', chunked(bytes, 7001), call);
          expect(await contentOf(stage, 'whole.bin')).toEqual(bytes);
          expect(await contentOf(stage, 'chunks.bin')).toEqual(bytes);
          expect((await stage.stat('whole.bin', call))?.size).toBe(size);
        });
      }

      check('where a put tells a time, a look shows that time', async (stage) => {
        for (const modifiedMs of [undefined, 1_600_000_000_123]) {
          const stored = await stage.put('a.csv', { ...text('one'), modifiedMs }, call);
          if (stored !== undefined) expect(await stage.stat('a.csv', call)).toEqual({ size: 3, ...stored });
        }
      });

      check('a put replaces the file that is there', async (stage) => {
        await stage.put('a.csv', text('one'), call);
        await stage.put('a.csv', text('three'), call);
        expect(await textOf(stage, 'a.csv')).toBe('three');
        expect((await stage.stat('a.csv', call))?.size).toBe(5);
      });

      const names = [
        'a?b #1 100%41 ü 😀.csv',
        'plus+and&and=.csv',
        '%2F%2e%2e.csv',
        'quotes \' " ` (1) [2] {3} !*~.csv',
        'semi;colon,at@dollar$.csv',
        'trailing dots...',
        ' leading and trailing space ',
        'hidden/.dot',
        '名前.csv',
        'ﬀ ligature and ﷽.csv',
        '\u{1f469}\u{200d}\u{1f680}.csv',
        'x'.repeat(200),
      ];
      for (const name of names) {
        check(`the name ${JSON.stringify(name.slice(0, 40))} arrives as itself`, async (stage) => {
          const folder = name.includes('/') ? 'hidden/' : '';
          if (folder !== '') await stage.makeFolder(folder, call);
          await stage.put(name, text(name), call);
          const children = [...((await stage.listFolder(folder, call)) ?? [])];
          expect(children.map((child) => folder + child.name)).toEqual([name]);
          expect(children[0]?.kind).toBe('file');
          expect(await textOf(stage, name)).toBe(name);
          await stage.move(name, `${name}2`, call);
          expect(await stage.stat(name, call)).toBeUndefined();
          await stage.remove(`${name}2`, call);
          expect(await stage.listFolder(folder, call)).toEqual([]);
        });
      }

      check('the composed and the decomposed form of a name are two files', async (stage) => {
        await stage.put('\u00fc.csv', text('composed'), call);
        await stage.put('u\u0308.csv', text('decomposed'), call);
        expect(await textOf(stage, '\u00fc.csv')).toBe('composed');
        expect(await textOf(stage, 'u\u0308.csv')).toBe('decomposed');
        expect(await stage.listFolder('', call)).toHaveLength(2);
      });

      check('many puts into one folder at the same time all arrive', async (stage) => {
        await stage.makeFolder('many/', call);
        const names = Array.from({ length: 60 }, (_, i) => `many/${i}.txt`);
        await Promise.all(names.map((name) => stage.put(name, text(name), call)));
        const children = [...((await stage.listFolder('many/', call)) ?? [])];
        expect(children.map(({ name }) => `many/${name}`).sort()).toEqual([...names].sort());
      });

      check('a read can be left before its end and repeated', async (stage) => {
        await stage.put('big.bin', { size: 300_000, bytes: pattern(300_000) }, call);
        for await (const chunk of await stage.read('big.bin', call)) {
          expect(chunk.byteLength).toBeGreaterThan(0);
          break;
        }
        expect(await contentOf(stage, 'big.bin')).toEqual(pattern(300_000));
      });
    });

    describe('a put that goes wrong', () => {
      for (const [what, given] of [
        ['shorter', 49_999],
        ['longer', 50_001],
        ['empty', 0],
      ] as const) {
        check(`a body that turns out ${what} than its size leaves the old file`, async (stage) => {
          await stage.put('a.bin', text('old'), call);
          const content: Content = { size: 50_000, chunks: pieces(pattern(given), 10_000) };
          await expect(stage.put('a.bin', content, call)).rejects.toMatchObject(CHANGED);
          await expect(
            stage.put('a.bin', { size: 50_000, bytes: pattern(given) }, call),
          ).rejects.toMatchObject(CHANGED);
          expect(await textOf(stage, 'a.bin')).toBe('old');
        });
      }

      check('a source that fails midway is what the put rejects with, and nothing arrives', async (stage) => {
        const failure = new Error('the disk is gone');
        async function* chunks(): AsyncGenerator<Uint8Array> {
          yield pattern(20_000);
          throw failure;
        }
        const put = stage.put('a.bin', { size: 40_000, chunks: chunks() }, call);
        expect(await rejection(put)).toBe(failure);
        expect(await stage.stat('a.bin', call)).toBeUndefined();
      });

      check('a folder that is missing is not made', async (stage) => {
        const error = await rejection(stage.put('no/such/a.csv', text('a'), call));
        expectFact(error, 'refused', 'missing');
        expect(await stage.listFolder('', call)).toEqual([]);
      });
    });

    describe('folders', () => {
      check('a new folder is there and empty, and making it again is no error', async (stage) => {
        await stage.makeFolder('a/', call);
        await stage.makeFolder('a/', call);
        expect(await stage.listFolder('', call)).toEqual([{ kind: 'folder', name: 'a' }]);
        expect(await stage.listFolder('a/', call)).toEqual([]);
      });

      check('making a folder again keeps what is in it', async (stage) => {
        await stage.makeFolder('a/', call);
        await stage.put('a/b.csv', text('b'), call);
        await stage.makeFolder('a/', call);
        expect(await textOf(stage, 'a/b.csv')).toBe('b');
      });

      check('a folder below a missing one is refused', async (stage) => {
        expectFact(await rejection(stage.makeFolder('a/b/', call)), 'refused', 'missing');
        expect(await stage.listFolder('', call)).toEqual([]);
      });

      check('a listing has the direct children and no others', async (stage) => {
        await stage.makeFolder('a/', call);
        await stage.makeFolder('a/b/', call);
        await stage.makeFolder('ab/', call);
        await stage.put('a/b/deep.csv', text('deep'), call);
        await stage.put('a/file.csv', text('file'), call);
        const children = [...((await stage.listFolder('a/', call)) ?? [])].sort((x, y) =>
          x.name < y.name ? -1 : 1,
        );
        expect(children).toMatchObject([
          { kind: 'folder', name: 'b' },
          { kind: 'file', name: 'file.csv', size: 4 },
        ]);
      });

      check('what is not there lists as undefined, a file asked for as a folder too', async (stage) => {
        await stage.put('a.csv', text('a'), call);
        expect(await stage.listFolder('none/', call)).toBeUndefined();
        expect(await stage.listFolder('a.csv/', call)).toBeUndefined();
        expect(await stage.listFolder('none/deeper/', call)).toBeUndefined();
      });

      check('what is no file has no size and no content', async (stage) => {
        await stage.makeFolder('a/', call);
        expect(await stage.stat('none.csv', call)).toBeUndefined();
        expect(await stage.stat('a', call)).toBeUndefined();
        expectFact(await rejection(contentOf(stage, 'none.csv')), 'missing');
      });

      check('a folder outlives its last file', async (stage) => {
        await stage.makeFolder('a/', call);
        await stage.put('a/b.csv', text('b'), call);
        await stage.remove('a/b.csv', call);
        expect(await stage.listFolder('a/', call)).toEqual([]);
      });
    });

    describe('move and remove', () => {
      check('a file moves with its content', async (stage) => {
        await stage.makeFolder('to/', call);
        await stage.put('a.csv', text('a'), call);
        await stage.move('a.csv', 'to/b.csv', call);
        expect(await textOf(stage, 'to/b.csv')).toBe('a');
        expect(await stage.stat('a.csv', call)).toBeUndefined();
      });

      check('a folder moves with everything below it', async (stage) => {
        for (const folder of ['a/', 'a/b/', 'a/empty/', 'to/']) await stage.makeFolder(folder, call);
        await stage.put('a/1.csv', text('1'), call);
        await stage.put('a/b/2.csv', text('2'), call);
        await stage.move('a/', 'to/c/', call);
        expect(await stage.listFolder('a/', call)).toBeUndefined();
        expect(await textOf(stage, 'to/c/1.csv')).toBe('1');
        expect(await textOf(stage, 'to/c/b/2.csv')).toBe('2');
        expect(await stage.listFolder('to/c/empty/', call)).toEqual([]);
      });

      check('moving what is not there is refused', async (stage) => {
        expectFact(await rejection(stage.move('a.csv', 'b.csv', call)), 'missing');
        expectFact(await rejection(stage.move('a/', 'b/', call)), 'missing');
      });

      check('moving into a missing folder is refused and the file stays', async (stage) => {
        await stage.put('a.csv', text('a'), call);
        expectFact(await rejection(stage.move('a.csv', 'no/b.csv', call)), 'refused', 'missing');
        expect(await textOf(stage, 'a.csv')).toBe('a');
      });

      check('moving onto a file is refused and both stay', async (stage) => {
        await stage.put('a.csv', text('a'), call);
        await stage.put('b.csv', text('b'), call);
        expectFact(await rejection(stage.move('a.csv', 'b.csv', call)), 'taken', 'refused');
        expect(await textOf(stage, 'a.csv')).toBe('a');
        expect(await textOf(stage, 'b.csv')).toBe('b');
      });

      check(
        'a file is refused where a folder has the name, and the reverse, and both stay',
        async (stage) => {
          for (const folder of ['a/', 'b/']) await stage.makeFolder(folder, call);
          for (const file of ['a/in', 'f', 'g']) await stage.put(file, text(file), call);
          for (const attempt of [
            () => stage.put('a', text('new'), call),
            () => stage.makeFolder('f/', call),
            () => stage.move('f', 'a', call),
            () => stage.move('b/', 'f/', call),
            () => stage.put('f/in', text('new'), call),
            () => stage.makeFolder('f/in/', call),
            () => stage.move('g', 'f/in', call),
            () => stage.move('g', 'g/in', call),
            () => stage.move('a/', 'a/in/', call),
          ])
            expectFact(await rejection(attempt()), 'taken', 'refused');
          expect([...(await stage.listFolder('', call))!].map(({ name }) => name).sort()).toEqual([
            'a',
            'b',
            'f',
            'g',
          ]);
          expect(await textOf(stage, 'a/in')).toBe('a/in');
          expect(await textOf(stage, 'f')).toBe('f');
        },
      );

      check('a folder is removed with everything below it, and nothing beside it', async (stage) => {
        for (const folder of ['a/', 'a/b/', 'ab/']) await stage.makeFolder(folder, call);
        await stage.put('a/b/1.csv', text('1'), call);
        await stage.put('ab/2.csv', text('2'), call);
        await stage.remove('a/', call);
        expect(await stage.listFolder('', call)).toEqual([{ kind: 'folder', name: 'ab' }]);
        expect(await textOf(stage, 'ab/2.csv')).toBe('2');
      });

      check('removing twice is told', async (stage) => {
        await stage.put('a.csv', text('a'), call);
        await stage.remove('a.csv', call);
        expectFact(await rejection(stage.remove('a.csv', call)), 'missing');
        expectFact(await rejection(stage.remove('a/', call)), 'missing');
      });

      check('a file is not removed as a folder, nor a folder as a file', async (stage) => {
        await stage.makeFolder('a/', call);
        await stage.put('b.csv', text('b'), call);
        expectFact(await rejection(stage.remove('a', call)), 'missing', 'refused');
        expectFact(await rejection(stage.remove('b.csv/', call)), 'missing', 'refused');
        expect(await stage.listFolder('', call)).toHaveLength(2);
      });
    });

    describe('paths and signals', () => {
      check(
        'a refusal says what was being done to which path, and has a sentence without it',
        async (stage) => {
          await stage.put('f', text('f'), call);
          const attempts: [Operation, string, () => Promise<unknown>][] = [
            ['upload', 'no/a.csv', () => stage.put('no/a.csv', text('a'), call)],
            ['create_folder', 'no/b/', () => stage.makeFolder('no/b/', call)],
            ['move', 'a.csv', () => stage.move('a.csv', 'b.csv', call)],
            ['remove', 'a.csv', () => stage.remove('a.csv', call)],
            ['read', 'a.csv', () => contentOf(stage, 'a.csv')],
          ];
          for (const [operation, path, attempt] of attempts) {
            const error = await rejection(attempt());
            expect(error).toMatchObject({ operation, path });
            if (!isSyncError(error)) throw error;
            expect(error.message).toContain(path);
            // A Stage's own words may name the path once more.
            expect(error.besidePath.length).toBeLessThan(error.message.length);
          }
        },
      );

      check('what is no Stage path is refused by everything that changes', async (stage) => {
        await stage.makeFolder('a/', call);
        await stage.put('a/b.csv', text('b'), call);
        for (const path of ['', '../x', 'a/../b', './a', 'a//b', '/a', 'a\\b', 'a\nb', '\ud800', 'a/..']) {
          expectFact(await rejection(stage.put(path, text('x'), call)), 'refused');
          expectFact(await rejection(stage.makeFolder(`${path}/`, call)), 'refused');
          expectFact(await rejection(stage.move('a/b.csv', path, call)), 'refused');
        }
        for (const path of ['', '..', '../', 'a/..', 'a/../', '/', './'])
          expectFact(await rejection(stage.remove(path, call)), 'refused');
        expect(await stage.listFolder('', call)).toEqual([{ kind: 'folder', name: 'a' }]);
        expect(await textOf(stage, 'a/b.csv')).toBe('b');
      });

      check('an aborted signal makes no change and is what the call rejects with', async (stage) => {
        await stage.put('a.csv', text('a'), call);
        const reason = new Error('stopped');
        const aborted = { signal: AbortSignal.abort(reason) };
        const calls = [
          () => stage.put('b.csv', text('b'), aborted),
          () => stage.put('c.csv', chunked(pattern(50_000), 1000), aborted),
          () => stage.makeFolder('d/', aborted),
          () => stage.move('a.csv', 'e.csv', aborted),
          () => stage.remove('a.csv', aborted),
          () => stage.listFolder('', aborted),
          () => stage.stat('a.csv', aborted),
          () => stage.read('a.csv', aborted),
        ];
        for (const made of calls) expect(await rejection(made())).toBe(reason);
        expect([...(await stage.listFolder('', call))!].map(({ name }) => name)).toEqual(['a.csv']);
      });

      check('a put aborted midway leaves nothing', async (stage) => {
        const controller = new AbortController();
        const reason = new Error('stopped');
        async function* chunks(): AsyncGenerator<Uint8Array> {
          yield pattern(30_000);
          controller.abort(reason);
          yield pattern(30_000);
        }
        const content: Content = { size: 60_000, chunks: chunks() };
        expect(await rejection(stage.put('a.bin', content, { signal: controller.signal }))).toBe(reason);
        expect(await stage.listFolder('', call)).toEqual([]);
      });
    });
  });

  async function contentOf(stage: Destination, path: string): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for await (const chunk of await stage.read(path, call)) parts.push(chunk);
    return new Uint8Array(Buffer.concat(parts));
  }
  const textOf = async (stage: Destination, path: string): Promise<string> =>
    Buffer.from(await contentOf(stage, path)).toString();

  /** It says one of these of the world, with the code that goes with it. */
  function expectFact(error: unknown, ...facts: readonly (keyof Codes & Fact)[]): void {
    if (!hasFact(error, ...facts)) throw error;
    expect(error.code).toBe(codes[error.fact as keyof Codes]);
    expect(error.verdict).toBe('skip_entry');
    expect(error.path).toBeDefined();
  }
}

const text = (value: string): Content => {
  const bytes = Buffer.from(value);
  return { size: bytes.byteLength, bytes };
};
const chunked = (bytes: Uint8Array, by: number): Content => ({
  size: bytes.byteLength,
  chunks: pieces(bytes, by),
});

async function* pieces(bytes: Uint8Array, by: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += by) yield bytes.slice(at, at + by);
}

const pattern = (size: number): Uint8Array =>
  Uint8Array.from({ length: size }, (_, i) => (i * 31 + (i >> 8)) % 256);

const rejection = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => expect.fail('it should have been refused'),
    (error: unknown) => error,
  );

const CHANGED = { code: 'entry_changed', fact: 'changed' };
