import type { FileRow, LoadTotal } from '../../../../load/loaded-files.ts';
import type { PipelineInfo } from '../../../../model/pipelines.ts';
import { printable } from '../../../../model/printable.ts';
import { padEndTo, textWidth } from '../../../../model/text-width.ts';
import { loadErrorText } from '../../../../model/pipelines.ts';
import { bytes, count, counted, duration } from '../../../output/quantities.ts';

/** What a line begins with, in columns: the state, and for how long it has been there. */
const STATE_WIDTH = 8;
const AGE_WIDTH = 7;
const INDENT = ' '.repeat(STATE_WIDTH + AGE_WIDTH + 4);

export interface LineOptions {
  readonly nowMs: number;
  /** Columns that a line of words may take; a path is never cut. Undefined: any number. */
  readonly width: number | undefined;
  /** The pipeline that is asked for; undefined: all. */
  readonly pipeline?: string | undefined;
}

const readers = ({ pipeline }: Pick<LineOptions, 'pipeline'>): string =>
  pipeline === undefined ? 'any pipeline' : `the pipeline ${printable(pipeline)}`;

/** 'skipped   3h 2m   orders/a.csv', and below it the pipeline and why. */
export function fileLines(row: FileRow, options: LineOptions): string[] {
  const { nowMs, width } = options;
  const { path, state, sinceMs, pipeline, error, underWay } = row;
  const age = sinceMs === undefined ? '' : duration(Math.max(0, nowMs - sinceMs));
  const first = `${padEndTo(state, STATE_WIDTH)}  ${padEndTo(age, AGE_WIDTH)}  ${printable(path)}`;
  const by = pipeline === undefined ? undefined : printable(pipeline);
  if (state === 'loaded') return [by === undefined ? first : withTail(first, by, width)];
  if (state === 'ignored') return [withTail(first, `not read by ${readers(options)}`, width)];
  const why = [
    by ?? 'no pipeline has found it yet',
    underWay ? 'a batch is reading it now' : '',
    state === 'changed' ? 'read it before it changed, and does not read it again by itself' : '',
    state === 'unloaded' && by !== undefined && !underWay && error === undefined ? 'has not read it yet' : '',
    error === undefined ? '' : printable(loadErrorText(error)),
  ].filter((part) => part !== '');
  return [first, ...wrapped(why.join(': '), width).map((line) => `${INDENT}${line}`)];
}

/** What stands behind the path, where it still fits. */
function withTail(line: string, tail: string, width: number | undefined): string {
  const whole = `${line}  ${tail}`;
  return width === undefined || textWidth(whole) <= width ? whole : line;
}

/** Words in lines that fit beside the indent; a longer word stays whole. */
function wrapped(text: string, width: number | undefined): string[] {
  if (width === undefined) return [text];
  const room = Math.max(20, width - INDENT.length);
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && textWidth(last) + 1 + textWidth(word) <= room)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** 'pipeline orders: running, into orders, reads orders/*.csv' */
export function pipelineLine({ pipeline, state, table, files }: PipelineInfo): string {
  const name = printable(pipeline);
  const parts = [
    state === 'running' ? state : `${state}: START PIPELINE ${name} lets it go on`,
    table === undefined ? '' : `into ${printable(table)}`,
    files === undefined ? '' : `reads ${printable(files)}`,
  ].filter((part) => part !== '');
  return `pipeline ${name}: ${parts.join(', ')}`;
}

export function totalLines(total: LoadTotal, options: Omit<LineOptions, 'width'>): string[] {
  const { nowMs } = options;
  const { files, loaded, unloaded, skipped, changed, ignored, unloadedBytes, oldest } = total;
  if (files === 0) return ['no files'];
  const parts = [
    `${count(loaded)} loaded`,
    unloaded > 0 ? `${count(unloaded)} not loaded yet` : '',
    skipped > 0 ? `${count(skipped)} skipped` : '',
    changed > 0 ? `${count(changed)} changed since` : '',
    ignored > 0 ? `${count(ignored)} not read by ${readers(options)}` : '',
  ].filter((part) => part !== '');
  const lines = [`${counted(files, 'file')}: ${parts.join(', ')}`];
  if (oldest === undefined) return lines;
  const since = oldest.sinceMs === undefined ? '' : `, for ${duration(Math.max(0, nowMs - oldest.sinceMs))}`;
  lines.push(`not loaded: ${bytes(unloadedBytes)}; the oldest${since}: ${printable(oldest.path)}`);
  return lines;
}
