import { styled, type Terminal } from '../process/terminal.ts';
import { wrapped } from './wrap.ts';

/** A page of the docs as text for a terminal: what our own pages use of Markdown, no more. */
export function renderMarkdown(text: string, terminal: Terminal): string {
  const lines = blocksOf(text).flatMap((block, at) => [
    ...(at === 0 ? [] : ['']),
    ...renderBlock(block, terminal),
  ]);
  return lines.join('\n');
}

/** Lines between empty lines; what stands between fences is one block. */
function blocksOf(text: string): string[][] {
  const blocks: string[][] = [];
  let block: string[] = [];
  let isFenced = false;
  for (const line of text.split('\n')) {
    if (line.startsWith('```')) isFenced = !isFenced;
    if (line.trim() === '' && !isFenced) {
      if (block.length > 0) blocks.push(block);
      block = [];
    } else block.push(line);
  }
  return block.length > 0 ? [...blocks, block] : blocks;
}

function renderBlock(block: readonly string[], terminal: Terminal): string[] {
  const [first = ''] = block;
  if (first.startsWith('#')) return [styled(terminal, 'bold', inline(first.replace(/^#+ /, '')))];
  if (first.startsWith('```')) return block.slice(1, -1).map((line) => `  ${line}`.trimEnd());
  if (first.startsWith('|')) return renderTable(block, terminal);
  if (/^(?:-|\d+\.) /.test(first)) return itemsOf(block).flatMap((item) => renderItem(item, terminal));
  return wrapped(inline(block.join(' ')), terminal.width);
}

/** A list item goes on in the lines that do not begin one. */
const itemsOf = (block: readonly string[]): string[] =>
  block.reduce<string[]>((items, line) => {
    if (/^(?:-|\d+\.) /.test(line)) return [...items, line];
    return [...items.slice(0, -1), `${items.at(-1) ?? ''} ${line.trim()}`];
  }, []);

function renderItem(item: string, { width }: Terminal): string[] {
  const [, mark = '-', text = ''] = /^(-|\d+\.) (.*)$/.exec(item) ?? [];
  const indent = ' '.repeat(mark.length + 1);
  return wrapped(inline(text), width - indent.length).map(
    (line, at) => `${at === 0 ? `${mark} ` : indent}${line}`,
  );
}

/** With columns where all cells fit on their lines, else row by row, the rest of a row below its first cell. */
function renderTable(block: readonly string[], terminal: Terminal): string[] {
  const [head = [], , ...rows] = block.map(cellsOf);
  const widths = head.map((_, at) => Math.max(...[head, ...rows].map((row) => (row[at] ?? '').length)));
  const total = widths.reduce((sum, each) => sum + each + 2, -2);
  if (total > terminal.width) return rows.flatMap((row) => renderRow(head, row, terminal));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd();
  return [styled(terminal, 'bold', line(head)), ...rows.map(line)];
}

function renderRow(
  head: readonly string[],
  [first = '', ...rest]: readonly string[],
  terminal: Terminal,
): string[] {
  // with two columns the heading says nothing that is not seen
  const named = rest.map((cell, at) =>
    cell === '' || rest.length === 1 || at === 0 ? cell : `${head[at + 1] ?? ''}: ${cell}`,
  );
  const text = named.filter((cell) => cell !== '').flatMap((cell) => wrapped(cell, terminal.width - 4));
  return [styled(terminal, 'cyan', first), ...text.map((line) => `    ${line}`)];
}

const cellsOf = (line: string): string[] =>
  line
    .replace(/^\|/, '')
    .replace(/\|\s*$/, '')
    .split(/(?<!\\)\|/)
    .map((cell) => inline(cell.trim().replaceAll(String.raw`\|`, '|')));

/** Without the marks; of a link to another page its text, and the page where the text does not name it. */
const inline = (text: string): string =>
  text
    .replaceAll(/\[([^\]`]*(?:`[^`]*`[^\]`]*)*)\]\(([^)\s]+)\)/g, (_, shown: string, target: string) =>
      target.startsWith('#') || shown.includes('.md')
        ? shown
        : `${shown} (${target.replace(/^(?:\.\.\/)+/, '')})`,
    )
    .split('`')
    .map((part, at) => (at % 2 === 1 ? part : withoutEmphasis(part)))
    .join('');

const withoutEmphasis = (text: string): string =>
  text.replaceAll(/\*\*([^*]+)\*\*/g, '$1').replaceAll(/(?<!\w)_([^_]+)_(?!\w)/g, '$1');
