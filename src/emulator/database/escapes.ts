const ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0',
  b: '\b',
  n: '\n',
  r: '\r',
  t: '\t',
  Z: '\u001a',
};

/** What a letter means behind the escape character, in statements and in CSV alike: most stand for themselves. */
export const unescaped = (letter: string): string => ESCAPES[letter] ?? letter;
