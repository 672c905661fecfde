import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
} from 'yaml';
import { messageOf } from '../../model/errors.ts';
import type { Position, ReportProblem } from '../file-problem.ts';
import { interpolate, type Variables } from './interpolate.ts';
import type { Located, LocatedEntry } from './located.ts';

/** How the parser begins to speak of a star without a name, as in a cron line without quotes. */
const BARE_STAR = 'Unexpected alias at node end';

/** Values that a file may have once its aliases are followed: an alias of an alias of an alias grows fast. */
const MOST_VALUES = 100_000;
/** Levels of lists and maps; a jobs file has six. */
const DEEPEST = 32;

/** The parser calls itself for each level; what V8 then says, it takes for mistakes of the text. */
const OUT_OF_STACK = /maximum call stack size exceeded|stack overflow/i;
const TOO_DEEP = `lists and maps are nested too deeply here: ${DEEPEST} levels are read, and a jobs file needs six`;

/** The rest of the file is not looked at; why has been reported. */
class GivenUp extends Error {}

/**
 * Reads YAML 1.2, of which JSON is a part. Anchors, aliases and merges (`<<`) count; a key that stands twice, a tag and an
 * older version of YAML are problems. Undefined where the text is too broken, or too much, to be looked at further.
 */
export function parseFile(text: string, variables: Variables, report: ReportProblem): Located | undefined {
  const lines = new LineCounter();
  let document: Document;
  let reading: Reading;
  try {
    document = parseDocument(text, {
      lineCounter: lines,
      // looked at by `Reading` itself: here it would take a time that grows with the square of the keys
      uniqueKeys: false,
      stringKeys: true,
      resolveKnownTags: false,
      prettyErrors: false,
      // 'silent' would keep back that there are several documents
      logLevel: 'error',
      version: '1.2',
      schema: 'core',
    });
    reading = new Reading(document, lines, variables, report);
  } catch (error) {
    if (!OUT_OF_STACK.test(messageOf(error))) throw error;
    report({ line: 1, column: 1 }, TOO_DEEP);
    return undefined;
  }
  const tooDeep = document.errors.find(
    ({ code, message }) => code === 'RESOURCE_EXHAUSTION' || OUT_OF_STACK.test(message),
  );
  if (tooDeep !== undefined) {
    report(reading.position(tooDeep.pos[0]), TOO_DEEP);
    return undefined;
  }
  for (const [at, { message, pos }] of [...document.errors, ...document.warnings].entries()) {
    const isStar = message.startsWith(BARE_STAR);
    // one star that is no alias makes a mistake of each star after it
    if (at > 0 && isStar && document.errors[at - 1]?.message.startsWith(BARE_STAR) === true) continue;
    const way = isStar ? '; a value that begins with * needs quotes, as in "*/5 * * * *"' : '';
    report(reading.position(pos[0]), `is no YAML: ${lowerFirst(message)}${way}`);
  }
  const { yaml } = document.directives ?? {};
  if (yaml?.explicit === true && yaml.version !== '1.2')
    report(
      { line: 1, column: 1 },
      `asks for YAML ${yaml.version}: the file is read as YAML 1.2; leave the %YAML line out`,
    );
  if (document.errors.length > 0) return undefined;
  try {
    return reading.read(document.contents, 0);
  } catch (error) {
    if (!(error instanceof GivenUp)) throw error;
    return undefined;
  }
}

const lowerFirst = (text: string): string =>
  /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;

class Reading {
  /** What each alias means. */
  readonly #meant: ReadonlyMap<unknown, Node>;
  readonly #lines: LineCounter;
  readonly #variables: Variables;
  readonly #report: ReportProblem;
  #values = 0;

  constructor(document: Document, lines: LineCounter, variables: Variables, report: ReportProblem) {
    this.#meant = meaningsIn(document);
    this.#lines = lines;
    this.#variables = variables;
    this.#report = report;
  }

  position(offset: number): Position {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }

  read(node: unknown, level: number): Located {
    const at = this.position((node as Node | null)?.range?.[0] ?? 0);
    if (level > DEEPEST) this.#giveUp(at, 'is nested too deeply, or holds itself by an alias');
    if (++this.#values > MOST_VALUES)
      this.#giveUp(at, `is too much: with its aliases the file has more than ${MOST_VALUES} values`);
    if (isAlias(node)) return this.#readAlias(this.#meant.get(node), node.source, { at, level });
    if (isSeq(node)) return { kind: 'list', at, items: node.items.map((item) => this.read(item, level + 1)) };
    if (isMap(node)) return { kind: 'map', at, entries: this.#entries(node.items, level) };
    return this.#scalar(node, at);
  }

  #readAlias(
    target: unknown,
    name: string,
    { at, level }: { readonly at: Position; readonly level: number },
  ): Located {
    if (target !== undefined) return this.read(target, level + 1);
    this.#report(at, `*${name} names no anchor: write &${name} before the value that it means, further up`);
    return { kind: 'scalar', at, value: null, variables: [] };
  }

  #scalar(node: unknown, at: Position): Located {
    const value: unknown = isScalar(node) ? node.value : null;
    if (typeof value === 'string' && value.includes('${')) {
      const { text, names, problems } = interpolate(value, this.#variables);
      for (const problem of problems) this.#report(at, problem);
      const isPlain = isScalar(node) && node.type === 'PLAIN';
      return { kind: 'scalar', at, value: isPlain ? plainScalar(text) : text, variables: names };
    }
    const known = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
    return { kind: 'scalar', at, value: known ? value : null, variables: [] };
  }

  #entries(
    pairs: readonly { readonly key: unknown; readonly value: unknown }[],
    level: number,
  ): ReadonlyMap<string, LocatedEntry> {
    const own = new Map<string, LocatedEntry>();
    const merged = new Map<string, LocatedEntry>();
    for (const { key, value } of pairs) {
      const name = isScalar(key) ? String(key.value) : '';
      const keyAt = this.position((key as Node | null)?.range?.[0] ?? 0);
      if (isScalar(key) && name === '<<' && key.type === 'PLAIN')
        this.#merge(merged, value, { keyAt, level });
      else if (name === '__proto__') this.#report(keyAt, `"${name}" cannot be a name here: choose another`);
      else {
        const before = own.get(name);
        if (before === undefined) own.set(name, { keyAt, value: this.read(value, level + 1) });
        else
          this.#report(
            keyAt,
            `"${name}" stands here twice, first in line ${before.keyAt.line}: leave one out`,
          );
      }
    }
    return new Map([...own, ...[...merged].filter(([name]) => !own.has(name))]);
  }

  /** Of what is merged, the first that has a key counts, as YAML says. */
  #merge(
    merged: Map<string, LocatedEntry>,
    value: unknown,
    { keyAt, level }: { readonly keyAt: Position; readonly level: number },
  ): void {
    const read = this.read(value, level + 1);
    for (const each of read.kind === 'list' ? read.items : [read])
      if (each.kind === 'map') {
        for (const [name, entry] of each.entries) if (!merged.has(name)) merged.set(name, entry);
      } else this.#report(keyAt, '<< takes the keys of a map: write <<: *anchor');
  }

  #giveUp(at: Position, message: string): never {
    this.#report(at, message);
    throw new GivenUp(message);
  }
}

/** The values that aliases mean: each the last before it with that anchor. One way through all of them, not one for each. */
function meaningsIn(document: Document): ReadonlyMap<unknown, Node> {
  const meant = new Map<unknown, Node>();
  const anchors = new Map<string, Node>();
  visit(document, (_, node) => {
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target !== undefined) meant.set(node, target);
    } else if (isNode(node) && node.anchor !== undefined && node.anchor !== '')
      anchors.set(node.anchor, node);
  });
  return meant;
}

/** A value that was not in quotes is what it would be without the variable: a number, true or false, or text. */
function plainScalar(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)$/.test(text) ? Number(text) : text;
}
