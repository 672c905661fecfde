import { describe, expect, test } from 'vitest';
import { JsonReader } from '../../../../src/emulator/database/reading/json.ts';
import { jsonText } from '../../../../src/emulator/database/tables/json-text.ts';

function read(text: string, piece: number) {
  const reader = new JsonReader();
  const records = [];
  for (let at = 0; at < text.length; at += piece) records.push(...reader.push(text.slice(at, at + piece)));
  records.push(...reader.end());
  return records.map(({ content, line }) => [line, jsonText(content)]);
}

describe.each([1000, 1, 2, 7])('in pieces of %i characters', (piece) => {
  test.each<[string, string, [number, string][]]>([
    [
      'lines',
      '{"a":1}\n{"a":2}\n',
      [
        [1, '{"a":1}'],
        [2, '{"a":2}'],
      ],
    ],
    [
      'without spaces',
      '{"a":1}{"a":2}',
      [
        [1, '{"a":1}'],
        [1, '{"a":2}'],
      ],
    ],
    [
      'over several lines',
      '\n{\n"a":\n1}\n\n{"b":{}}',
      [
        [2, '{"a":1}'],
        [6, '{"b":{}}'],
      ],
    ],
    [
      'braces and quotes in texts',
      String.raw`{"a":"}{\"\\"}{"b":"]"}`,
      [
        [1, String.raw`{"a":"}{\"\\"}`],
        [1, '{"b":"]"}'],
      ],
    ],
    [
      'an array',
      '[{"a":[1]},\n {"a":2}]\n',
      [
        [1, '{"a":[1]}'],
        [2, '{"a":2}'],
      ],
    ],
    ['an empty array', ' [ ] ', []],
    ['a byte order mark', '\uFEFF{"a":1}', [[1, '{"a":1}']]],
    [
      'numbers as they are written',
      '{"a":12345678901234567890,"b":1.10}',
      [[1, '{"a":12345678901234567890,"b":1.10}']],
    ],
    ['nothing', ' \n ', []],
  ])('%s', (_what, text, records) => {
    expect(read(text, piece)).toEqual(records);
  });

  test.each([
    ['{"a":1}\n{"a":', 'Row 2 does not end'],
    ['{"a":1}\n5', 'Row 2 is no object'],
    ['[{"a":1}', 'array that does not end'],
    ['{"a":1}\n{a:1}', 'Row 2 is not valid JSON'],
  ])('%j is an error', (text, error) => {
    expect(() => read(text, piece)).toThrow(error);
  });
});
