import { configError } from '../../../jobs/usage-errors.ts';

const BEGIN = '# >>> stagesync completion >>>';
const END = '# <<< stagesync completion <<<';
/** In the block of a file that was not there before. */
const MADE = '# this file was made for it';

/** Where the block is in a text: the line break before it belongs to it. */
interface Place {
  readonly start: number;
  readonly end: number;
}

/**
 * The text with the block, in place of an earlier one or at the end. `text` is undefined where there is no file. Texts are of
 * single bytes (latin1), so that every byte stays what it is. Throws `config` where the marks are damaged.
 */
export function withBlock(text: string | undefined, content: string): string {
  const place = text === undefined ? undefined : placeIn(text);
  const isMade = text === undefined || (place !== undefined && wasMade(text, place));
  // the line break at the beginning ends a last line that has none
  const block = `\n${BEGIN}\n${isMade ? `${MADE}\n` : ''}${content}\n${END}\n`;
  if (text === undefined) return block;
  if (place === undefined) return text + block;
  return text.slice(0, place.start) + block + text.slice(place.end);
}

/** The text as it was before; undefined where there was no file, and nothing else came into it since. */
export function withoutBlock(text: string): string | undefined {
  const place = placeIn(text);
  if (place === undefined) return text;
  const rest = text.slice(0, place.start) + text.slice(place.end);
  return rest === '' && wasMade(text, place) ? undefined : rest;
}

/** The block that a text has, without its marks; undefined where it has none. */
export function blockIn(text: string): string | undefined {
  const place = placeIn(text);
  if (place === undefined) return undefined;
  const lines = text.slice(place.start, place.end).split('\n');
  return lines
    .filter((line) => line !== BEGIN && line !== END && line !== MADE)
    .join('\n')
    .trim();
}

const wasMade = (text: string, { start, end }: Place): boolean =>
  text.slice(start, end).includes(`\n${MADE}\n`);

function placeIn(text: string): Place | undefined {
  const start = text.indexOf(`\n${BEGIN}\n`);
  const last = text.indexOf(`\n${END}\n`);
  if (start === -1 && last === -1) return undefined;
  if (start === -1 || last < start || text.indexOf(`\n${BEGIN}\n`, start + 1) !== -1)
    throw configError(
      `the marks of stagesync in the file are damaged: remove the lines from "${BEGIN}" to "${END}" by hand`,
    );
  return { start, end: last + END.length + 2 };
}
