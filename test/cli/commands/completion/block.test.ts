import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { blockIn, withBlock, withoutBlock } from '../../../../src/cli/commands/completion/block.ts';
import { glueFor } from '../../../../src/cli/commands/completion/glue.ts';
import { SHELLS } from '../../../../src/cli/commands/completion/shells.ts';

/** Bytes as text, with and without a line break at the end, and no file. */
const before = fc.option(
  fc.oneof(
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    fc.constantFrom('', '\n', 'alias a=b', 'alias a=b\n', '\r\n', 'a\r\n\r\nb'),
  ),
  { nil: undefined },
);
const content = fc.constantFrom(...SHELLS.map(glueFor), 'one line');

test('what install adds, uninstall takes away: the file is as it was, byte for byte, however often', () => {
  fc.assert(
    fc.property(before, fc.array(content, { minLength: 1, maxLength: 3 }), (text, blocks) => {
      const installed = blocks.reduce<string | undefined>(withBlock, text)!;
      expect(blockIn(installed)).toBe(blocks.at(-1));
      expect(withoutBlock(installed)).toBe(text);
      expect(withBlock(installed, blocks.at(-1)!)).toBe(installed);
    }),
  );
});

test('what a person adds around it stays', () => {
  fc.assert(
    fc.property(before, fc.string({ unit: 'binary-ascii', maxLength: 20 }), content, (text, added, block) => {
      const edited = `${withBlock(text, block)}${added}`;
      fc.pre(added !== '');
      expect(withoutBlock(edited)).toBe((text ?? '') + added);
      expect(withoutBlock(withBlock(edited, 'newer'))).toBe((text ?? '') + added);
    }),
  );
});

test('a text without it is left alone, and damaged marks are refused', () => {
  expect(withoutBlock('a\n')).toBe('a\n');
  const whole = withBlock('a\n', 'b');
  const halves = [whole.replace('# <<<', '#'), whole.replace('# >>>', '#'), whole + whole];
  for (const text of halves) {
    expect(() => withoutBlock(text)).toThrow(/marks/);
    expect(() => withBlock(text, 'c')).toThrow(/marks/);
  }
});
