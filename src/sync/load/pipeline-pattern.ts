import type { RelPath } from '../../model/path.ts';
import type { PipelineInfo } from '../../model/pipelines.ts';

/**
 * Whether a pipeline may read a file, by its pattern. What a pattern means for files of this kind is not documented; read as
 * patterns of a shell are: '*' and '?' stay within a folder, '**' goes beyond. In doubt it may: what is in brackets stands for
 * anything of its kind, and a text without wildcards for everything that begins with it.
 */
export function mayRead({ files }: Pick<PipelineInfo, 'files'>, path: RelPath): boolean {
  if (files === undefined) return true;
  const text = files.replace(/^\/+/, '');
  if (!/[*?[{]/.test(text)) return path.startsWith(text);
  return expressionOf(text).test(path);
}

/** The parts of a pattern that are no plain text. */
const SPECIAL = /((?<=^|\/)\*\*\/)|(\*\*)|(\*)|(\?)|(\[[^\]]*\])|\{[^}]*\}|[[{]/g;

const expressions = new Map<string, RegExp>();
/** Pipelines of one database; their patterns seldom change. */
const MOST_KEPT = 100;

function expressionOf(text: string): RegExp {
  const known = expressions.get(text);
  if (known !== undefined) return known;
  const parts: string[] = [];
  // whether a slash at the end stands for everything below is not documented either
  const isFolder = text.endsWith('/');
  const plain = (part: string): string => part.replaceAll(/[.+^$()|{}[\]\\/]/g, String.raw`\$&`);
  let at = 0;
  for (const match of text.matchAll(SPECIAL)) {
    parts.push(plain(text.slice(at, match.index)), meaningOf(match));
    at = match.index + match[0].length;
  }
  parts.push(isFolder ? `${plain(text.slice(at, -1))}(?:/.*)?` : plain(text.slice(at)));
  const expression = new RegExp(`^${parts.join('')}$`, 'su');
  if (expressions.size >= MOST_KEPT) expressions.clear();
  expressions.set(text, expression);
  return expression;
}

function meaningOf([, folders, everything, some, one, bracket]: RegExpMatchArray): string {
  if (folders !== undefined) return '(?:.*/)?';
  if (everything !== undefined) return '.*';
  if (some !== undefined) return '[^/]*';
  if (one !== undefined) return '[^/]';
  // one of the characters in it, or the plain text
  if (bracket !== undefined) return '[^/]+';
  // braces, or a bracket that is not closed
  return '.*';
}
