import { SaxesParser } from 'saxes';
import { describe, expect, test } from 'vitest';
import { chartOf } from '../../../src/billing/chart.ts';
import { htmlOf } from '../../../src/billing/picture/html.ts';
import { svgOf } from '../../../src/billing/picture/svg.ts';
import { totalsOf } from '../../../src/billing/totals.ts';
import { days, usageRow } from '../usage-rows.ts';

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  text: string;
}

/** All elements of a document, which has to be well-formed. */
function elementsOf(xml: string): Element[] {
  const elements: Element[] = [];
  const open: Element[] = [];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const element = { name, attributes: attributes as Record<string, string>, text: '' };
    elements.push(element);
    open.push(element);
  });
  parser.on('text', (text) => {
    const top = open.at(-1);
    if (top !== undefined) top.text += text;
  });
  parser.on('closetag', () => void open.pop());
  parser.write(xml).close();
  return elements;
}

const chart = (workspaces: number, count: number, name = (n: number) => `w${n}`) =>
  chartOf(
    totalsOf(
      Array.from({ length: workspaces * count }, (_, n) =>
        usageRow({
          day: Math.floor(n / workspaces),
          resourceID: `id-${n % workspaces}`,
          resourceName: name(n % workspaces),
          value: 1 + (n % 7),
        }),
      ),
      { period: days(count), granularity: 'day', groupBy: 'workspace' },
    )[0]!,
  );

/** The bars: they alone have a tip. */
const barsIn = (elements: readonly Element[]) =>
  elements.filter(({ name }, at) => name === 'rect' && elements[at + 1]?.name === 'title');
const textsIn = (elements: readonly Element[]) =>
  elements.filter(({ name }) => name === 'text').map(({ text }) => text);
const number = (element: Element, key: string): number => Number(element.attributes[key]);

describe.each([
  [1, 3],
  [3, 3],
  [12, 3],
  [1, 31],
  [3, 31],
  [12, 31],
  [1, 365],
  [3, 365],
  [12, 365],
])('the picture of %d workspaces in %d days', (workspaces, count) => {
  const elements = elementsOf(svgOf(chart(workspaces, count)));
  const [root] = elements;
  const width = Number(root?.attributes['width']);
  const height = Number(root?.attributes['height']);

  test('has a bar for each workspace and day, within the picture', () => {
    const bars = barsIn(elements);
    expect(bars).toHaveLength(Math.min(workspaces, 10) * count);
    for (const bar of bars) {
      expect(number(bar, 'x')).toBeGreaterThan(0);
      expect(number(bar, 'x') + number(bar, 'width')).toBeLessThan(width);
      expect(number(bar, 'y')).toBeGreaterThan(0);
      expect(number(bar, 'width')).toBeGreaterThanOrEqual(2);
      expect(number(bar, 'height')).toBeGreaterThanOrEqual(1);
    }
  });

  test('no bar covers another one', () => {
    const bars = barsIn(elements).toSorted((a, b) => number(a, 'x') - number(b, 'x'));
    const covered = bars.slice(1).filter((bar, at) => {
      const before = bars[at]!;
      const beside = number(bar, 'x') - number(before, 'x') - number(before, 'width') >= -0.02;
      const apart =
        number(bar, 'y') + number(bar, 'height') <= number(before, 'y') + 0.02 ||
        number(before, 'y') + number(before, 'height') <= number(bar, 'y') + 0.02;
      return !beside && !apart;
    });
    expect(covered).toEqual([]);
  });

  test('labels of days keep their distance, and all text is within the picture', () => {
    const texts = elements.filter(({ name }) => name === 'text');
    const labels = texts
      .filter(({ text }) => /^\d{4}-\d{2}-\d{2}$/.test(text))
      .map((each) => number(each, 'x'));
    expect(labels.length).toBeGreaterThan(2);
    for (const [at, x] of labels.slice(1).entries()) expect(x - labels[at]!).toBeGreaterThanOrEqual(17);
    for (const each of texts) expect(number(each, 'y')).toBeLessThan(height);
    const legend = elements[elements.findIndex(({ text }) => text === 'Resource Name')]!;
    const names = texts.filter((each) => number(each, 'x') === number(legend, 'x') + 20);
    expect(names).toHaveLength(Math.min(workspaces, 10));
    for (const each of names) expect(number(each, 'x') + each.text.length * 6.9).toBeLessThan(width);
  });
});

test('the picture has its title, its axes and its legend', () => {
  expect(textsIn(elementsOf(svgOf(chart(2, 3))))).toEqual(
    expect.arrayContaining([
      'Compute Credits Consumed Per Day for Each Workspace',
      'Date (UTC)',
      'Compute Credits',
      'Resource Name',
      'w0',
      'w1',
      '2026-10-25',
    ]),
  );
});

describe('a name that would be markup', () => {
  const NAME = `</svg><script>alert("1")</script><a href='x'>&\u{1b}`;
  const hostile = chart(1, 2, () => NAME);

  test('is text in the picture', () => {
    const elements = elementsOf(svgOf(hostile));
    expect(new Set(elements.map(({ name }) => name))).toEqual(
      new Set(['svg', 'title', 'rect', 'text', 'line']),
    );
    expect(
      elements.filter(({ name, text }) => name === 'title' && text.includes(NAME.slice(0, -1))),
    ).not.toEqual([]);
  });

  test('is text in the page', () => {
    const page = htmlOf(hostile);
    expect(page).not.toMatch(/<script|<a /);
    expect(page).not.toContain('\u{1b}');
    expect(page).toContain('<th scope="col">&lt;/svg&gt;&lt;script&gt;');
  });
});

test('the page has the numbers of the picture, loads nothing and runs nothing', () => {
  const page = htmlOf(chart(2, 3));
  expect(page).toContain('<tr><th scope="row">2026-10-25</th><td>2</td><td>1</td><td>3</td></tr>');
  expect(page).toMatch(/<tfoot><tr><th scope="row">Total<\/th>(<td>\d+<\/td>){3}<\/tr>/);
  expect(page.replaceAll('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(
    /https?:|src=|url\(|<script|<link/,
  );
});

test('nothing used is a picture too', () => {
  const empty = { ...chart(1, 3), series: [], total: 0 };
  expect(textsIn(elementsOf(svgOf(empty)))).toContain('(no use)');
});
