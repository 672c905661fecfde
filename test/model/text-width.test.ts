import { expect, test } from 'vitest';
import { cutInMiddle, padEndTo, padStartTo, textWidth } from '../../src/model/text-width.ts';

test.each([
  ['', 0],
  ['etl', 3],
  ['分析', 4],
  ['e\u0301tl', 3],
  ['👩‍🔬', 2],
  ['🇩🇪', 2],
  ['ｅ', 2],
])('%s takes %d cells', (text, width) => {
  expect(textWidth(text)).toBe(width);
});

test.each([
  ['demo-workspace', 14, 'demo-workspace'],
  ['demo-workspace', 9, 'demo…pace'],
  ['demo-workspace', 8, 'demo…ace'],
  ['分析ワークスペース', 9, '分析…ース'],
  ['demo', 1, '…'],
  ['demo', 0, ''],
])('%s in %d cells is %s', (text, width, expected) => {
  expect(cutInMiddle(text, width)).toBe(expected);
});

test('texts are padded by their cells', () => {
  expect([padEndTo('分', 4), padStartTo('分', 4)]).toEqual(['分  ', '  分']);
});
