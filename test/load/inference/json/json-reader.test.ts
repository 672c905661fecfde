import { expect, test } from 'vitest';
import { JsonFields } from '../../../../src/load/inference/json/json-fields.ts';
import { JsonNumber, JsonReader, parseJson } from '../../../../src/load/inference/json/json-reader.ts';

const at = { file: 'a.json', line: 1 };

test.each([
  ['{"a":1}\n{"a":2}\n', ['{"a":1}', '{"a":2}'], [1, 2], false],
  ['{"a":1}{"b":[1,{"c":"}"}]}', ['{"a":1}', '{"b":[1,{"c":"}"}]}'], [1, 1], false],
  ['[\n {"a":1},\n {"a":"]"}\n]\n', ['{"a":1}', '{"a":"]"}'], [2, 3], true],
  ['{\n"a":\n"x\\"}"}\n7 true', ['{\n"a":\n"x\\"}"}', '7', 'true'], [1, 4, 4], false],
  ['[1,"a",{}]', ['1', '"a"', '{}'], [1, 1, 1], true],
  ['{"a":', ['{"a":'], [1], false],
] as const)('%j is cut into values, however it comes', (text, values, lines, isArray) => {
  for (const length of [1, 2, 3, 1000]) {
    const reader = new JsonReader();
    const found = Array.from({ length: Math.ceil(text.length / length) }, (_, n) => [
      ...reader.push(text.slice(n * length, (n + 1) * length)),
    ]).flat();
    found.push(...reader.end());
    expect(found.map((value) => value.text)).toEqual(values);
    expect(found.map(({ line }) => line)).toEqual(lines);
    expect(reader.isArray).toBe(isArray);
  }
});

test('numbers keep their digits', () => {
  expect(parseJson('{"a":12345678901234567890,"b":1.50}')).toEqual({
    a: new JsonNumber('12345678901234567890'),
    b: new JsonNumber('1.50'),
  });
});

test('objects become columns, lists and maps do not', () => {
  const fields = new JsonFields();
  fields.add(parseJson('{"a":{"b":{"c":1}},"l":[1],"mixed":{"x":1},"text":{"y":1}}'), at);
  fields.add(parseJson('{"a":null,"mixed":5,"text":"z"}'), at);
  const map = Object.fromEntries(Array.from({ length: 400 }, (_, n) => [`k${n}`, n]));
  fields.add({ map: { ...map } }, at);
  expect(fields.columns().map(({ path, nested }) => [path.join('.'), nested])).toEqual([
    ['a.b.c', undefined],
    ['l', 'json'],
    ['mixed', 'json'],
    ['text', 'mixed'],
    ['map', 'json'],
  ]);
});
